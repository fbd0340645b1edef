"""What the commands have in common: their options, their log lines, how they end."""
