"""What is written down: events, workers' output, lines on the terminal."""
