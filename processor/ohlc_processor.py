"""The reference calculation of bars, under its public name."""

from processor.reference.ohlc import OHLCProcessor

__all__ = ["OHLCProcessor"]
