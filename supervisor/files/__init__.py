"""The watch over the published files."""
