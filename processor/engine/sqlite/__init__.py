"""The way from SQLite to columns."""
