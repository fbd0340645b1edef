"""Where the exchange's data come from: the seeded market, or a captured session."""
