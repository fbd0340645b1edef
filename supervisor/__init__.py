"""Starts the workers and keeps them healthy."""
