"""The record in `depth_data.json`: the book's best levels as they are published."""

from dataclasses import dataclass

PublishedLevel = tuple[float, float]
"""Price and size."""


@dataclass(frozen=True, slots=True)
class PublishedDepth:
    """The best levels of both sides, best first: bids highest, asks lowest."""

    bids: list[PublishedLevel]
    asks: list[PublishedLevel]
