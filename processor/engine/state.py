"""Everything the engine has calculated so far: the book, the open bars, the sums, the bars."""

from typing import Any

import numpy as np

from processor.calculation.depth import Depth
from processor.engine.books.book import Book
from processor.engine.kernels import book_bars, trade_kernel
from processor.engine.kernels.arguments import Numbers
from processor.engine.sqlite.columns import Column
from shared.bars import MAX_BARS, Bar, extend_bars
from shared.clock import NO_MOMENT
from shared.job import Job
from shared.run_files.processor_status import Conservation


class EngineState:
    """One value for all that a replay adds up; copy it and go on from the copy.

    With `keeps_time` its book gives columns of heat and keyframes.
    """

    def __init__(self, job: Job, *, keeps_time: bool = False) -> None:
        self.book = Book.empty(keeps_time=keeps_time)
        self.book_sums = book_bars.no_sums()
        self.trade_sums = trade_kernel.no_sums()
        for sums in (self.book_sums, self.trade_sums):
            sums["from_ms"] = job.time_range.from_ms
            sums["to_ms"] = job.time_range.to_ms
        self.book_sums["depth_levels"] = job.depth_levels
        self.ohlc_rows: list[Bar] = []
        self.cvd_rows: list[Bar] = []
        self.metric_rows: list[Bar] = []

    def to_document(self) -> dict[str, Any]:
        """Return all of it as JSON values, from which `restore` makes it again, bit by bit."""
        return {
            "book": self.book.to_document(),
            "book_sums": _record_to_document(self.book_sums),
            "trade_sums": _record_to_document(self.trade_sums),
            "ohlc_rows": self.ohlc_rows,
            "cvd_rows": self.cvd_rows,
            "metric_rows": self.metric_rows,
        }

    def restore(self, document: dict[str, Any]) -> None:
        """Become what `to_document` saw; raise KeyError or ValueError when it is no such thing."""
        self.book = Book.from_document(document["book"])
        for name in ("book_sums", "trade_sums"):
            sums = getattr(self, name)
            for field_name in sums.dtype.names:
                sums[field_name][0] = document[name][field_name]
        self.ohlc_rows = document["ohlc_rows"]
        self.cvd_rows = document["cvd_rows"]
        self.metric_rows = document["metric_rows"]

    def begin_file(self) -> None:
        """Forget how far the last file's times had come: order is kept within a file."""
        self.book.begin_file()
        book_bars.begin_file(self.book_sums)
        trade_kernel.begin_file(self.trade_sums)

    def take_closed_metric_bars(self, closed: Numbers) -> list[Bar]:
        """Keep the bars that a book kernel closed, and return them."""
        rows = closed[: self.book_sums["bars_closed"][0]].tolist()
        bars: list[Bar] = [[int(row[0]), *row[1:]] for row in rows]
        extend_bars(self.metric_rows, bars)
        return bars

    def take_closed_trade_bars(self, closed: Numbers) -> tuple[list[Bar], list[Bar]]:
        """Keep the bars that `count_trades` closed, and return them: OHLC and CVD."""
        rows = closed[: self.trade_sums["bars_closed"][0]].tolist()
        ohlc: list[Bar] = [[int(row[0]), *row[1:6]] for row in rows]
        cvd: list[Bar] = [[int(row[0]), *row[6:]] for row in rows]
        extend_bars(self.ohlc_rows, ohlc)
        extend_bars(self.cvd_rows, cvd)
        return ohlc, cvd

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest OHLC bars, the open one included."""
        s = self.trade_sums[0]
        row = [s["bar_ms"], s["open"], s["high"], s["low"], s["close"], s["volume"].sum()]
        return _newest(self.ohlc_rows, row)

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest CVD bars, the open one included."""
        s = self.trade_sums[0]
        return _newest(
            self.cvd_rows,
            [s["bar_ms"], s["cvd_open"], s["cvd_high"], s["cvd_low"], s["cvd_close"]],
        )

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest OBI and TOT bars, the open one included."""
        s = self.book_sums[0]
        values = [
            s[f"{name}_{part}"]
            for name in ("obi", "tot")
            for part in ("open", "high", "low", "close")
        ]
        return _newest(self.metric_rows, [s["bar_ms"], *values])

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        return self.book.best(int(self.book_sums["depth_levels"][0]))

    @property
    def open_bar_ms(self) -> int | None:
        """The start of the open trade bar, None before the first."""
        return _moment(self.trade_sums["bar_ms"][0])

    @property
    def book_rows(self) -> int:
        """How many book rows were applied."""
        return int(self.book_sums["rows"][0])

    @property
    def trades(self) -> int:
        """How many trades in range were met."""
        return int(self.trade_sums["rows"][0])

    @property
    def newest_trade_ms(self) -> int:
        """The time of the newest trade met in the file, NO_MOMENT before the first."""
        return int(self.trade_sums["newest_ms"][0])

    @property
    def newest_ms(self) -> int | None:
        """The time of the newest row of the file that counts, None before the first."""
        trade_ms = self.newest_trade_ms
        if trade_ms < self.trade_sums["from_ms"][0]:  # trades before the range do not count
            trade_ms = NO_MOMENT
        return _moment(max(int(self.book_sums["newest_ms"][0]), trade_ms))

    @property
    def newest_book_ms(self) -> int | None:
        """The time of the newest book row of the file, None before its first."""
        return _moment(self.book_sums["newest_ms"][0])

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree: sizes in against bar volumes out, signed sizes against CVD."""
        s = self.trade_sums[0]
        bought, sold = float(s["bought"].sum()), float(s["sold"].sum())
        return Conservation(
            trades_accepted=int(s["accepted"]),
            size_accepted=bought + sold,
            bar_volume=float(s["closed_volume"].sum() + s["volume"].sum()),
            signed_size=bought - sold,
            cvd=float(s["cvd"].sum()),
        )

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        counts = {
            name: int(self.book_sums[name][0])
            for name in ("resets", "gaps", "crossed_rows", "one_sided_rows", "late_book_rows")
        }
        return {name: count for name, count in counts.items() if count}


def _record_to_document(sums: Column) -> dict[str, Any]:
    return {name: sums[name][0].tolist() for name in sums.dtype.names or ()}


def _moment(timestamp_ms: Any) -> int | None:
    return None if timestamp_ms == NO_MOMENT else int(timestamp_ms)


def _newest(closed: list[Bar], open_row: list[np.number]) -> list[Bar]:
    timestamp_ms, *values = open_row
    if timestamp_ms == NO_MOMENT:
        return list(closed)
    return [*closed[1 - MAX_BARS :], [int(timestamp_ms), *map(float, values)]]
