"""The input format: find, open, parse and write day files."""
