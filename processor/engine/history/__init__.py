"""What the history asks of the engine: the work on its numbers, by compiled kernels."""
