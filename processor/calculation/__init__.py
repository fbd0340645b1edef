"""What every calculation offers, whichever way it goes about it."""
