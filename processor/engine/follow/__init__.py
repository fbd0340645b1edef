"""A recording followed while it grows: what is new in a file, and on into the next day's."""
