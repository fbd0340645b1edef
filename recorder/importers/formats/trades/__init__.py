"""Files of trades: a line or record each."""
