"""The one loop that waits for all that can happen, and its descriptors."""
