"""What an adapter to an exchange offers, and what it can be made of."""
