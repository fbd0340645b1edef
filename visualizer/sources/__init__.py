"""Where the page's data comes from."""
