"""The book as arrays: on a ladder of ticks, or sorted."""
