"""Streams recorded day files, rebuilds the order book and publishes bars, OBI, CVD and depth."""
