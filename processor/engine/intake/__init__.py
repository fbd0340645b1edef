"""The way from columns to the kernels, row by row where a row is odd."""
