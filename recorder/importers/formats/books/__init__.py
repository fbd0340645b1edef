"""Files of a book: snapshots and changes."""
