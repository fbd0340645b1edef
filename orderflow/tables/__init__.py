"""What a run answers with: columns of equal length as NumPy arrays, by name."""
