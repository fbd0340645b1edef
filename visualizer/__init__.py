"""Shows the published files as a live page."""
