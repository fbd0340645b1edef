"""The command `orderflow-export`: a run's history as files that other programs read."""
