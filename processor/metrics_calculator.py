"""The reference calculation of OBI, under its public name."""

from processor.reference.imbalance import Imbalance, MetricsCalculator

__all__ = ["Imbalance", "MetricsCalculator"]
