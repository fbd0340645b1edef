"""The files of a run directory: where they lie, what is in them, how they are replaced whole."""
