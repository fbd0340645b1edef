"""Makes recordings from downloads, whatever vendor they are of."""
