"""One job's run: from its files to its end, and on from where it was."""
