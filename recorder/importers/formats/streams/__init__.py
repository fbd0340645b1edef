"""What exchanges send, as collectors keep it: trades and the book in one."""
