"""What the exchange has published of each instrument: its book, its trades, its sequence."""
