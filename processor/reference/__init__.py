"""The calculation to be read: row by row, in plain Python."""
