"""What a writer of the history has to know to go on, at each commit and at each file's start."""

from typing import Any

import msgspec
import numpy as np

from processor.history.book_seconds import BookRows
from processor.history.quality_marks import Mark, SkippedRow
from shared.clock import NO_MOMENT
from shared.history.trades import Trades


class WriterState(msgspec.Struct, kw_only=True):
    """All before `settled_ms`, a whole second, is in the database; NO_MOMENT at the start.

    `newest_ms` is the time of the newest row, `floor_ms` that of the newest in the files before the
    one at work. `minute_trades` trades of the minute of `settled_ms` are in the database, `files`
    files, and `marks` quality marks that are closed; `open_marks` go on. `cvd` is a sum of two
    floats. The decimals are those that tell all sizes of trades, best prices, and sizes there so
    far. `trades` and `book` are the rows not settled yet, column by column, `skipped` are those
    that could not be used. `heat` are the columns
    of heat not over yet, see OpenLayers, and `frame_ms` is the minute of the newest keyframe.
    """

    settled_ms: int = NO_MOMENT
    floor_ms: int = NO_MOMENT
    newest_ms: int = NO_MOMENT
    minute_trades: int = 0
    files: int = 0
    marks: int = 0
    cvd: tuple[float, float] = (0.0, 0.0)
    size_decimals: int = 0
    best_decimals: int = 0
    best_size_decimals: int = 0
    open_marks: tuple[Mark, ...] = ()
    trades: list[list[Any]] = []
    book: list[list[Any]] = []
    skipped: list[SkippedRow] = []
    heat: list[list[Any]] = []
    frame_ms: int = NO_MOMENT

    def encode(self) -> bytes:
        """Return it as a blob."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, blob: bytes) -> "WriterState":
        """Return what `encode` saw; raises msgspec.ValidationError when it is something else."""
        return msgspec.msgpack.decode(blob, type=cls)


def to_lists(rows: Trades | BookRows) -> list[list[Any]]:
    """Return the columns as lists."""
    return [column.tolist() for column in rows]


def to_columns(kind: Any, lists: list[list[Any]]) -> Any:
    """Return the columns that `to_lists` saw, of Trades or BookRows; None of none."""
    if not lists:
        return None
    types = [np.int64 if name in _INTEGERS else np.float64 for name in kind._fields]
    return kind(*(np.array(column, of) for column, of in zip(lists, types, strict=True)))


_INTEGERS = {
    *("ts", "files", "row_ids", "times_ms", "is_buy"),
    *("from_ms", "until_ms", "is_row", "is_reset", "is_gap"),
}
