"""The fast calculation: columns in, compiled loops over sorted arrays, the same numbers out."""
