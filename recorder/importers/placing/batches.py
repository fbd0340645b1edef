"""What a reader gives: trades as columns, rows of the book one by one, both of one instrument."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.recordings.writing.rows import NewBookRow


class TradeBatch(NamedTuple):
    """Trades in the order of the file, as columns of the same length.

    `ids` are the exchange's, where they are whole numbers and unique: they become the rows' own.
    None where there are none such. `lines` are the lines of the file that they stand in;
    `is_newest_first` says that the file runs back in time.
    """

    instrument: str
    ids: Sequence[int] | None
    trade_ids: Sequence[str | None]
    prices: Sequence[float]
    sizes: Sequence[float]
    sides: Sequence[str]
    times_ms: Sequence[int]
    lines: Sequence[int]
    is_newest_first: bool = False
    time_texts: Sequence[str] | None = None
    """The times as a day file has them, where the file does, too."""


class BookBatch(NamedTuple):
    """Rows of the book in the order of the file."""

    instrument: str
    rows: Sequence[NewBookRow]


Batch = TradeBatch | BookBatch
