"""The record in `depth_data.json`: the book's best levels as they are published."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

_NotNegative = Annotated[float, Meta(ge=0)]

PublishedLevel = tuple[_NotNegative, _NotNegative]
"""Price and size."""


@dataclass(frozen=True, slots=True)
class PublishedDepth:
    """The best levels of both sides, best first: bids highest, asks lowest."""

    bids: list[PublishedLevel]
    asks: list[PublishedLevel]
