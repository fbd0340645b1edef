"""A book that knows for how long what has rested in it, in dicts: for any prices, to be read."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from processor.calculation.book_pieces import (
    COLUMN_MS,
    FRAME_MS,
    STANDS_MS,
    HeatColumns,
    Keyframes,
)
from processor.rules.heat import NO_ROW, column_decimals, decimals_with, row_of
from shared.clock import NO_MOMENT
from shared.recordings.records import OrderbookLevel

_SECOND_MS = 1000

_NO_LEVELS: tuple[OrderbookLevel, ...] = ()


class HeatClock(msgspec.Struct):
    """Where a book is on its way through time; all NO_MOMENT before the first row in range.

    The open column, NO_MOMENT while there is none, is accounted for up to `now_ms`, of which the
    book has stood `standing_ms`; it stands until `stands_until_ms` at the latest. `decimals` tell
    all prices so far. `minute_ms` is that of the newest keyframe. `file` counts the files begun;
    the last row applied is named by its file and id.
    """

    now_ms: int = NO_MOMENT
    stands_until_ms: int = NO_MOMENT
    column_ms: int = NO_MOMENT
    minute_ms: int = NO_MOMENT
    standing_ms: int = 0
    decimals: int = 0
    file: int = 0
    row_file: int = 0
    row_id: int = 0


class _Side:
    """Sizes by price, and what each price's sizes lack or exceed over the column's time so far.

    Had a size rested since the column's start, it would have `size · standing_ms` by now; each
    change adds to `dues` what that is too much or too little.
    """

    def __init__(self, levels: Iterable[OrderbookLevel], dues: Iterable[tuple[float, float]]):
        self.sizes = dict(levels)
        self.dues = dict(dues)

    def set(self, price: float, size: float, standing_ms: float) -> None:
        before = self.sizes.get(price, 0.0)
        self.dues[price] = self.dues.get(price, 0.0) - (size - before) * standing_ms
        if size > 0.0:
            self.sizes[price] = size
        else:
            self.sizes.pop(price, None)

    def clear(self, standing_ms: float) -> None:
        for price in list(self.sizes):
            self.set(price, 0.0, standing_ms)

    def totals(self, standing_ms: float) -> list[tuple[float, float]]:
        """Return what rested how long at each price, in ascending order."""
        prices = sorted(self.sizes.keys() | self.dues.keys())
        return [
            (price, self.sizes.get(price, 0.0) * standing_ms + self.dues.get(price, 0.0))
            for price in prices
        ]


class HeatBook:
    """Takes book rows in order, and gives columns of heat and keyframes as their time is over.

    `levels` are those of the bids and of the asks that it begins with, `document` is that of a
    HeatBook or of any other that keeps time.
    """

    def __init__(
        self,
        bids: Iterable[OrderbookLevel] = _NO_LEVELS,
        asks: Iterable[OrderbookLevel] = _NO_LEVELS,
        document: dict[str, Any] | None = None,
    ) -> None:
        dues: list[list[Any]] = [[], []]
        self._clock = HeatClock()
        if document is not None:
            self._clock = msgspec.convert(document["clock"], HeatClock)
            dues = [list(zip(*side, strict=True)) for side in document["dues"]]
        self._bids, self._asks = _Side(bids, dues[0]), _Side(asks, dues[1])
        self._columns, self._frames = _no_columns(), _no_frames()

    def to_document(self) -> dict[str, Any]:
        """Return, as JSON values, all but the sizes."""
        dues = [
            [
                [price for price in side.dues if side.dues[price]],
                [d for d in side.dues.values() if d],
            ]
            for side in (self._bids, self._asks)
        ]
        return {"clock": msgspec.to_builtins(self._clock), "dues": dues}

    def begin_file(self) -> None:
        """Take note that the next rows are those of the next file."""
        self._clock.file += 1

    def apply(
        self,
        row_id: int,
        timestamp_ms: int,
        bids: Sequence[OrderbookLevel],
        asks: Sequence[OrderbookLevel],
        *,
        is_reset: bool,
        is_in_range: bool,
    ) -> None:
        """Set the levels of a row, after a reset in the place of all others.

        Rows before the range make the book, but no time passes with them.
        """
        clock = self._clock
        moment_ms = max(timestamp_ms, clock.now_ms)
        if is_in_range:
            self._pass_to(moment_ms)
        for side, levels in ((self._bids, bids), (self._asks, asks)):
            if is_reset:
                side.clear(clock.standing_ms)
            for price, size in levels:
                side.set(price, size, clock.standing_ms)
                if size > 0.0:
                    clock.decimals = decimals_with(price, clock.decimals)
        clock.row_file, clock.row_id = clock.file, row_id
        if is_in_range:
            clock.stands_until_ms = moment_ms + STANDS_MS
            if clock.column_ms == NO_MOMENT:
                clock.column_ms = moment_ms // COLUMN_MS * COLUMN_MS

    def take(self) -> tuple[HeatColumns, Keyframes]:
        """Return what is done since the last time."""
        taken = self._columns, self._frames
        self._columns, self._frames = _no_columns(), _no_frames()
        return taken

    @property
    def open_column(self) -> HeatColumns:
        """The open column as it is if nothing changes in this second; none while there is none."""
        clock = self._clock
        columns = _no_columns()
        if clock.column_ms != NO_MOMENT:
            end_ms = clock.now_ms // _SECOND_MS * _SECOND_MS + _SECOND_MS
            self._note_column(columns, clock.standing_ms + end_ms - clock.now_ms)
        return columns

    def _pass_to(self, moment_ms: int) -> None:
        clock = self._clock
        stands_to_ms = min(moment_ms, clock.stands_until_ms)
        while clock.column_ms != NO_MOMENT:
            end_ms = clock.column_ms + COLUMN_MS
            clock.standing_ms += max(min(stands_to_ms, end_ms) - clock.now_ms, 0)
            if moment_ms < end_ms:
                break
            self._close_column()
            clock.now_ms = end_ms
            if stands_to_ms > end_ms:
                clock.column_ms = end_ms
        clock.now_ms = moment_ms
        minute_ms = moment_ms // FRAME_MS * FRAME_MS
        if clock.minute_ms < minute_ms:
            clock.minute_ms = minute_ms
            if clock.row_file:
                self._note_frame()

    def _close_column(self) -> None:
        clock = self._clock
        if clock.standing_ms:
            self._note_column(self._columns, clock.standing_ms)
        clock.column_ms, clock.standing_ms = NO_MOMENT, 0
        for side in (self._bids, self._asks):
            side.dues.clear()

    def _note_column(self, columns: HeatColumns, standing_ms: int) -> None:
        starts, standing, decimals, bid_ends, ask_ends, rows, totals = columns
        best = max(self._bids.sizes, default=0.0), min(self._asks.sizes, default=0.0)
        places = column_decimals(self._clock.decimals, max(best))
        starts.append(self._clock.column_ms)
        standing.append(standing_ms)
        decimals.append(places)
        for side, ends in ((self._bids, bid_ends), (self._asks, ask_ends)):
            first = len(rows)
            for price, total in side.totals(standing_ms):
                row = row_of(price, places)
                if total <= 0.0 or row == NO_ROW:
                    continue
                if len(rows) > first and rows[-1] == row:
                    totals[-1] += total
                else:
                    rows.append(row)
                    totals.append(total)
            ends.append(len(rows))

    def _note_frame(self) -> None:
        minutes, files, row_ids, bid_ends, ask_ends, prices, sizes = self._frames
        minutes.append(self._clock.minute_ms)
        files.append(self._clock.row_file)
        row_ids.append(self._clock.row_id)
        for side, ends in ((self._bids, bid_ends), (self._asks, ask_ends)):
            best_first = sorted(side.sizes, reverse=side is self._bids)
            prices.extend(best_first)
            sizes.extend(side.sizes[price] for price in best_first)
            ends.append(len(prices))


def _no_columns() -> HeatColumns:
    return HeatColumns(*([] for _ in HeatColumns._fields))


def _no_frames() -> Keyframes:
    return Keyframes(*([] for _ in Keyframes._fields))
