"""The writer of the run's history: what a pass makes, in base pieces, in one database."""
