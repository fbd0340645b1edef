"""What becomes of a worker: pure functions and their numbers."""
