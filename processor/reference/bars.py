"""Grow bars value by value."""

from dataclasses import dataclass, field

from shared.bars import Bar


class RunningSum:
    """A sum that does not drift: Neumaier's compensated summation (ZAMM 54, 1974)."""

    __slots__ = ("_compensation", "_sum")

    def __init__(self) -> None:
        self._sum = 0.0
        self._compensation = 0.0

    def add(self, term: float) -> None:
        """Add `term`, keeping what rounding would lose."""
        total = self._sum + term
        if abs(self._sum) >= abs(term):
            self._compensation += (self._sum - total) + term
        else:
            self._compensation += (term - total) + self._sum
        self._sum = total

    @property
    def value(self) -> float:
        """The sum of all terms so far."""
        return self._sum + self._compensation


class Candle:
    """First, highest, lowest and last of a run of values."""

    __slots__ = ("close", "high", "low", "open")

    def __init__(self, first: float) -> None:
        self.open = self.high = self.low = self.close = first

    def add(self, value: float) -> None:
        """Take the next value."""
        if value > self.high:
            self.high = value
        elif value < self.low:
            self.low = value
        self.close = value

    def as_row(self) -> tuple[float, float, float, float]:
        """Return (open, high, low, close)."""
        return (self.open, self.high, self.low, self.close)


@dataclass(slots=True)
class TradeBar:
    """Prices, volume and CVD of one window; it grows with each trade, so it is not frozen.

    `cvd` opens at the value before the window's first trade.
    """

    timestamp_ms: int
    prices: Candle
    cvd: Candle
    volume: RunningSum = field(default_factory=RunningSum)

    def ohlc_row(self) -> Bar:
        """Return [ts, open, high, low, close, volume]."""
        return [self.timestamp_ms, *self.prices.as_row(), self.volume.value]

    def cvd_row(self) -> Bar:
        """Return [ts, open, high, low, close] of CVD."""
        return [self.timestamp_ms, *self.cvd.as_row()]


@dataclass(slots=True)
class MetricBar:
    """OBI and TOT of one window, sampled after every book row."""

    timestamp_ms: int
    obi: Candle
    tot: Candle

    def row(self) -> Bar:
        """Return [ts, obi_open, …, obi_close, tot_open, …, tot_close]."""
        return [self.timestamp_ms, *self.obi.as_row(), *self.tot.as_row()]
