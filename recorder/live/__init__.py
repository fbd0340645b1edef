"""Recordings of what happens: an exchange's WebSocket in, day files out."""
