"""Scripts that run in a peer's own environment, where nothing of ours is installed."""
