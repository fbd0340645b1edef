"""Read the history for the page: what there is, and bars of a window and a stretch of time."""

import threading
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from shared.history.merging import Bars
from shared.history.repository import History

DRAWN = frozenset(
    (
        *("open", "high", "low", "close", "volume", "buy_volume"),
        *("trades", "delta_high", "delta_low", "cvd"),
        *("samples", "standing_ms", "obi_open", "obi_high", "obi_low", "obi_close", "obi_mean"),
        *("tot_open", "tot_high", "tot_low", "tot_close", "tot_mean"),
    )
)
"""The fields that the charts draw: half of all, and half the time to read them."""

MOST_WINDOWS = 20_000
"""More than any screen has columns; who asks for more has made a mistake."""


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """What there is: of which history, as of which commit, from when to when, and its bytes.

    `from_ms` is the start of the first second in which there is something, `to_ms` the end of the
    last one.
    """

    identity: str
    commit: int
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
        history = self.history()
        if history is None:
            return None
        commit = history.commit  # before what it is told of: that may be newer, never older
        ends = history.ends_ms
        if ends is None:
            return None
        return HistorySummary(history.identity, commit, *ends, self._path.stat().st_size)

    def bars(
        self, window_ms: int, from_ms: int, to_ms: int, fields: Set[str] | None = None
    ) -> tuple[str, Bars] | None:
        """Return which history it is, and its bars that begin in `[from_ms, to_ms)`; see History.

        None while there is no history, or nothing in it. Raises HistoryError when it cannot be
        read, and ValueError when no such bars can be asked for.
        """
        if to_ms <= from_ms or to_ms - from_ms > MOST_WINDOWS * window_ms:
            raise ValueError(
                f"expected 1 to {MOST_WINDOWS:,} windows of {window_ms} ms,"
                f" found {from_ms} to {to_ms}"
            )
        history = self.history()
        if history is None or history.span_ms is None:
            return None
        return history.identity, history.bars(window_ms, from_ms, to_ms, fields)

    def history(self) -> History | None:
        """Return this thread's connection to the file that is there now, None if there is none.

        Raises HistoryError when it cannot be opened.
        """
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
