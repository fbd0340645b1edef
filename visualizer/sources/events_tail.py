"""Follow the end of the process status log, whatever its length."""

from collections import deque
from pathlib import Path

from shared.run_files.event_lines import decode_event
from visualizer.wording.event_text import EventRow, event_row

MAX_EVENTS = 200
MAX_FREQUENT_EVENTS = 25
"""Files are published many times a second: that must not push out what else happened."""

TAIL_BYTES = 1_000_000


class EventsTail:
    """The newest rows of one JSON-lines file, read on from where the last read ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0
        self._next_key = 1
        self._is_mid_line = False
        self._rare_rows: deque[EventRow] = deque(maxlen=MAX_EVENTS)
        self._frequent_rows: deque[EventRow] = deque(maxlen=MAX_FREQUENT_EVENTS)
        self._rows: list[EventRow] = []

    def read(self) -> list[EventRow]:
        """Return the newest rows, oldest first; the same list as before when nothing was added."""
        try:
            status = self._path.stat()
            if status.st_ino != self._inode or status.st_size < self._offset:
                self._start_at(status.st_ino, max(0, status.st_size - TAIL_BYTES))
            if status.st_size > self._offset:
                self._read_on()
        except OSError:
            pass  # no log, no lines: the page runs without a supervisor too
        return self._rows

    def _start_at(self, inode: int, offset: int) -> None:
        # the rows of a log that was rotated away stay: what happened, happened
        self._inode = inode
        self._offset = offset
        self._is_mid_line = offset > 0

    def _read_on(self) -> None:
        with self._path.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        end = text.rfind(b"\n") + 1  # a line that is still being written is left for the next time
        for line in text[:end].splitlines(keepends=True):
            self._take(line)
            self._offset += len(line)
        self._rows = sorted((*self._rare_rows, *self._frequent_rows), key=lambda row: row[0])

    def _take(self, line: bytes) -> None:
        if self._is_mid_line:  # the first line of a tail is seldom a whole one
            self._is_mid_line = False
            return
        if not line.strip():
            return
        event = decode_event(line)
        rows = self._frequent_rows if event.kind.is_frequent else self._rare_rows
        rows.append(event_row(self._next_key, event))
        self._next_key += 1
