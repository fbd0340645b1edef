"""Rows that kill the processor: noted, suspected, skipped."""
