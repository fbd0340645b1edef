"""The series of bars there are: what each is called, where it lies and what its columns are."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Column:
    """One number of every bar, and what it is counted in."""

    name: str
    unit: str


@dataclass(frozen=True)
class Series:
    """Bars of one kind: an array in the file `file`, each bar its `columns` in this order.

    `content` says what they are made of. The first column of every series is the bar's start.
    """

    name: str
    file: str
    content: str
    columns: tuple[Column, ...]

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def width(self) -> int:
        """How many numbers a bar has."""
        return len(self.columns)


def _columns(unit: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, unit) for name in names)


_START = Column("ts", "epoch ms UTC")
_PRICE, _SIZE, _SHARE = "price", "base units", "-1 to 1"

OHLC = Series(
    "ohlc",
    "ohlc_data.json",
    "the trades of a window",
    (
        _START,
        *_columns(_PRICE, "open", "high", "low", "close"),
        *_columns(_SIZE, "volume"),
    ),
)

METRICS = Series(
    "metrics",
    "metrics_data.json",
    "imbalance (OBI) and size of both sides (TOT) of the best levels, after every book row",
    (
        _START,
        *_columns(_SHARE, "obi_open", "obi_high", "obi_low", "obi_close"),
        *_columns(_SIZE, "tot_open", "tot_high", "tot_low", "tot_close"),
    ),
)

CVD = Series(
    "cvd",
    "cvd_data.json",
    "the running sum over the run of taker buys minus taker sells",
    (_START, *_columns(_SIZE, "open", "high", "low", "close")),
)

SERIES = (OHLC, METRICS, CVD)
"""Every series, in the order in which a table of them all has its columns."""
