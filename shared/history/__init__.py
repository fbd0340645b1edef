"""The run's history: what its database holds, how that is packed, read and merged."""
