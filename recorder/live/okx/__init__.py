"""OKX, spoken in full: its messages in, rows out."""
