"""How the kernels become machine code: compiled beside the work, and kept for the next run."""
