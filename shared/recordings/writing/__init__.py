"""The input format written: a day file whole, or row by row as things happen."""
