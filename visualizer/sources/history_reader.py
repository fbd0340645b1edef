"""Read the history for the page: bars of a window and a stretch of time, as packed columns."""

import threading
from dataclasses import dataclass
from pathlib import Path

from shared.history.bars import pack_book_bars, pack_trade_bars
from shared.history.repository import History

MOST_WINDOWS = 20_000
"""More than any screen has columns; who asks for more has made a mistake."""


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """What there is: of which history, from when to when, and how many bytes it takes."""

    identity: str
    from_ms: int
    to_ms: int
    bytes: int


class HistoryReader:
    """The history at `path`, whatever file that is when it is asked: a run begun anew has another.

    Each thread has a connection of its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = threading.local()

    def summary(self) -> HistorySummary | None:
        """Return what there is, None while there is no history or nothing in it.

        Raises HistoryError when it cannot be read.
        """
        history = self._history()
        span = history.span_ms if history is not None else None
        if history is None or span is None:
            return None
        return HistorySummary(history.identity, *span, self._path.stat().st_size)

    def bars(self, window_ms: int, from_ms: int, to_ms: int) -> tuple[bytes, bytes] | None:
        """Return the bars that begin in `[from_ms, to_ms)`, of trades and of the book, each packed.

        None while there is no history. Raises HistoryError when it cannot be read, and ValueError
        when no such bars can be asked for.
        """
        if to_ms <= from_ms or to_ms - from_ms > MOST_WINDOWS * window_ms:
            raise ValueError(
                f"expected 1 to {MOST_WINDOWS:,} windows of {window_ms} ms,"
                f" found {from_ms} to {to_ms}"
            )
        history = self._history()
        if history is None:
            return None
        bars = history.bars(window_ms, from_ms, to_ms)
        return pack_trade_bars(bars.trades), pack_book_bars(bars.book)

    def _history(self) -> History | None:
        """Return this thread's connection to the file that is there now."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        found = stat.st_dev, stat.st_ino
        history: History | None = getattr(self._open, "history", None)
        if history is not None and self._open.file == found:
            return history
        if history is not None:
            history.close()
            self._open.history = None
        self._open.history, self._open.file = History(self._path), found
        opened: History = self._open.history
        return opened
