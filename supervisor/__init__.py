"""Starts the two workers and keeps them healthy."""
