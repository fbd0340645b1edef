"""What a calculation has to show at any moment, and what is published of it."""

from typing import Protocol

from processor.calculation.depth import Depth
from shared.viz_io import Bar


class Results(Protocol):
    """The newest bars of each kind, oldest first, and the book as it stands."""

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest bars [ts, open, high, low, close, volume]."""
        ...

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest bars [ts, obi_open, …, obi_close, tot_open, …, tot_close]."""
        ...

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest bars [ts, open, high, low, close] of CVD."""
        ...

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        ...
