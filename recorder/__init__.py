"""Makes recordings."""
