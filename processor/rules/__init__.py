"""What a bar is, said once for all that count by it."""
