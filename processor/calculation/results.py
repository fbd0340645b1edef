"""What a calculation has to show at any moment, and what is published of it."""

from typing import Protocol

from processor.calculation.depth import Depth
from shared.bars import Bar
from shared.series import CVD, METRICS, OHLC, Series


class Results(Protocol):
    """The newest bars of each kind, oldest first, and the book as it stands."""

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest bars of OHLC."""
        ...

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest bars of OBI and TOT."""
        ...

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest bars of CVD."""
        ...

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        ...


def bars_by_series(results: Results) -> dict[Series, list[Bar]]:
    """Return the newest bars of every series there is."""
    return {OHLC: results.ohlc_bars, METRICS: results.metric_bars, CVD: results.cvd_bars}
