"""How states and events read to a trader."""
