"""What Numba compiles, and how it is loaded."""
