"""The way through the files: one after the other, each in an order that it can be read in."""
