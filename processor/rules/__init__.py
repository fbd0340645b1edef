"""What a bar is and what a snapshot is, said once for all that go by it."""
