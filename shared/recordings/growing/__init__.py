"""Recordings that grow while they are read: in place, and from day to day."""
