"""What every part of Orderflow may use; imports nothing else of the project."""
