"""How workers show that they do their work."""
