"""Read a run's history: bars of any window, trades, and what was wrong with the book."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode
from shared.history.bars import BookBars, TradeBars, unpack_bars
from shared.history.columns import joined, part
from shared.history.heat import Heat, Layer, unpack_heat
from shared.history.keyframes import Keyframe, unpack_levels
from shared.history.merging import NO_BARS, Bars
from shared.history.packing import PackedColumnsError
from shared.history.plain_rows import read_plain_rows
from shared.history.reader import Reader, ReaderError
from shared.history.schema import (
    BOOKS_SINCE,
    CHUNK_MS,
    HOUR_MS,
    IDENTITY,
    MINUTE_MS,
    SECOND_MS,
    VERSION,
)
from shared.history.trades import Trades, no_trades, unpack_trades
from shared.job import HistoryContent

_SLICE_PIECES = 16_384
"""So many pieces are merged at a time: whoever asks for a year needs no more memory than for it."""


Columns = TypeVar("Columns")
Packed = TypeVar("Packed")


class HistoryError(OrderflowError):
    """There is no history, or it cannot be read."""

    exit_code = ExitCode.NO_INPUT

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class QualityMark:
    """One interval `[from_ms, to_ms)` in which the book was not as it should be.

    `rows` book rows are in it, the first of which is named by file and row id.
    """

    kind: str
    from_ms: int
    to_ms: int
    rows: int
    file: int
    row_id: int


class History:
    """The history at `path`, as it was last committed each time it is asked.

    Raises HistoryError where there is none, or one of a version to come. One of version 1 has no
    heat and no keyframes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise HistoryError(path, "expected a history, found no such file")
        try:
            self._reader = Reader(f"file:{quote(str(path.absolute()))}?mode=ro")
            [[version]] = self._reader.rows("PRAGMA user_version")
        except ReaderError as error:
            raise HistoryError(path, f"expected a history, found: {error}") from error
        if not 1 <= version <= VERSION:
            self.close()
            raise HistoryError(path, f"expected version {VERSION} or before, found {version}")
        self._has_books = version >= BOOKS_SINCE

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    @property
    def identity(self) -> str:
        """What tells it from any other history, also from another one of the same job."""
        [[identity]] = self._rows(IDENTITY)
        return str(identity)

    @property
    def files(self) -> dict[int, str]:
        """The names of the day files that it was made from, by their numbers."""
        return dict(self._rows("SELECT id, name FROM files ORDER BY id"))

    @property
    def has_trades(self) -> bool:
        """Whether it keeps trades, or bars alone."""
        jobs = self._rows("SELECT digest FROM job")
        return not any(digest.endswith(f"/{HistoryContent.BARS}") for [digest] in jobs)

    @property
    def span_ms(self) -> tuple[int, int] | None:
        """The start of its first minute and the end of its last one, None of an empty one."""
        first, last = (  # apart: then each is one step in the index
            self._rows(f"SELECT {end}(ts) FROM bars WHERE seconds = 60")[0][0]
            for end in ("min", "max")
        )
        return (first, last + MINUTE_MS) if first is not None else None

    @property
    def ends_ms(self) -> tuple[int, int] | None:
        """The start of its first second and the end of its last one, None of an empty one."""
        ends = [
            row
            for order in ("ASC", "DESC")
            for row in self._rows(f"SELECT trades, book FROM seconds ORDER BY ts {order} LIMIT 1")
        ]
        seconds = [each.ts for row in ends for each in self._chunk(*row) if len(each.ts)]
        if not seconds:
            return None
        return int(min(ts[0] for ts in seconds)), int(max(ts[-1] for ts in seconds)) + SECOND_MS

    @property
    def commit(self) -> int:
        """The number of its newest commit; no other content of it ever had that."""
        [[number]] = self._rows("SELECT coalesce(max(id), 0) FROM states")
        return int(number)

    def bars(
        self, window_ms: int, from_ms: int, to_ms: int, fields: Set[str] | None = None
    ) -> Bars:
        """Return the bars of `window_ms`, a multiple of a second, that begin in `[from_ms, to_ms)`.

        They begin at multiples of the window since 1970 and are merged from the largest pieces
        that they are made of: seconds, minutes or hours. Of `fields`, none but these need be right.
        """
        if window_ms <= 0 or window_ms % SECOND_MS:
            raise ValueError(f"expected a window of whole seconds, found {window_ms} ms")
        from_ms = -(-from_ms // window_ms) * window_ms
        to_ms = -(-to_ms // window_ms) * window_ms
        base_ms = next(each for each in (HOUR_MS, MINUTE_MS, SECOND_MS) if not window_ms % each)
        first_ms, end_ms = self.span_ms or (0, 0)
        from_ms = max(from_ms, first_ms // window_ms * window_ms)
        to_ms = min(to_ms, end_ms)
        slice_ms = max(_SLICE_PIECES * base_ms // window_ms, 1) * window_ms
        parts = [NO_BARS]
        for start in range(from_ms, to_ms, slice_ms):
            end = min(start + slice_ms, to_ms)
            if base_ms == SECOND_MS:
                pieces = self._seconds(start, end)
            else:
                pieces = self._plain(base_ms, start, end, fields)
            parts.append(pieces if window_ms == base_ms else pieces.merged(window_ms))
        return Bars(joined([each.trades for each in parts]), joined([each.book for each in parts]))

    def trades(self, from_ms: int, to_ms: int) -> Trades:
        """Return the trades of `[from_ms, to_ms)` in the order in which they count.

        One that was recorded before the second that it is counted in is in that second. So ranges
        that meet have every trade once, and those of whole seconds have the trades of their bars.
        """
        first = from_ms // MINUTE_MS * MINUTE_MS
        chunks = self._rows(
            "SELECT columns FROM trade_chunks WHERE ts >= ? AND ts < ? ORDER BY ts", first, to_ms
        )
        unpacked = (self._unpacked(unpack_trades, chunk) for [chunk] in chunks)
        trades = joined([no_trades(), *unpacked])
        moments = np.maximum(trades.ts, trades.times_ms)
        return part(trades, (moments >= from_ms) & (moments < to_ms))

    def heat(self, layer: Layer, from_ms: int, to_ms: int) -> Heat:
        """Return the columns of `layer` that begin in `[from_ms, to_ms)`."""
        rows = self._rows_of_books(
            "SELECT ts, decimals, standing_ms, bids, asks FROM heat"
            " WHERE seconds = ? AND ts >= ? AND ts < ? ORDER BY ts",
            *(layer.seconds, from_ms, to_ms),
        )
        told = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
        bids, asks = (self._unpacked(unpack_heat, [row[side] for row in rows]) for side in (3, 4))
        ts, decimals, standing_ms = told
        return Heat(layer, ts, decimals, standing_ms, bids, asks)

    def keyframe(self, moment_ms: int) -> Keyframe | None:
        """Return the newest keyframe at `moment_ms` or before, None if there is none."""
        rows = self._rows_of_books(
            "SELECT ts, file, row_id, bids, levels FROM keyframes WHERE ts <= ?"
            " ORDER BY ts DESC LIMIT 1",
            moment_ms,
        )
        for ts, file, row_id, bids, levels in rows:
            return Keyframe(ts, file, row_id, *self._unpacked(partial(unpack_levels, bids), levels))
        return None

    def quality(self, from_ms: int, to_ms: int) -> list[QualityMark]:
        """Return what was wrong with the book at any time in `[from_ms, to_ms)`, oldest first."""
        rows = self._rows(
            "SELECT kind, from_ms, to_ms, rows, file, row_id FROM quality"
            " WHERE from_ms < ? AND to_ms >= ? ORDER BY from_ms, to_ms, id",
            to_ms,
            from_ms,
        )
        return [QualityMark(*row) for row in rows]

    def _seconds(self, from_ms: int, to_ms: int) -> Bars:
        rows = self._rows(
            "SELECT trades, book FROM seconds WHERE ts >= ? AND ts < ? ORDER BY ts",
            from_ms // CHUNK_MS * CHUNK_MS,
            to_ms,
        )
        chunks = [NO_BARS, *(self._chunk(*row) for row in rows)]
        seconds = Bars(
            joined([each.trades for each in chunks]), joined([each.book for each in chunks])
        )
        return seconds.between(from_ms, to_ms)

    def _chunk(self, trades: bytes, book: bytes) -> Bars:
        return Bars(
            self._unpacked(partial(unpack_bars, TradeBars), trades),
            self._unpacked(partial(unpack_bars, BookBars), book),
        )

    def _plain(self, window_ms: int, from_ms: int, to_ms: int, fields: Set[str] | None) -> Bars:
        try:
            return read_plain_rows(self._reader, window_ms // SECOND_MS, from_ms, to_ms, fields)
        except ReaderError as error:
            raise HistoryError(self._path, str(error)) from error

    def _unpacked(self, unpack: Callable[[Packed], Columns], blob: Packed) -> Columns:
        try:
            return unpack(blob)
        except PackedColumnsError as error:
            raise HistoryError(self._path, f"it is damaged: {error}") from error

    def _rows_of_books(self, statement: str, *values: int) -> list[Any]:
        """Return no rows from a history of before there were tables for them."""
        return self._rows(statement, *values) if self._has_books else []

    def _rows(self, statement: str, *values: int) -> list[Any]:
        try:
            return self._reader.rows(statement, *values)
        except ReaderError as error:
            raise HistoryError(self._path, str(error)) from error


@contextmanager
def open_history(path: Path) -> Iterator[History]:
    """Open the history at `path`, and close it at the end of the context."""
    history = History(path)
    try:
        yield history
    finally:
        history.close()
