"""From what is published to those who are connected, whole or on purpose not."""
