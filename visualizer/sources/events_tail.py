"""Follow the end of the process status log, whatever its length."""

from collections import deque
from pathlib import Path

import orjson

from visualizer.wording.event_text import EventRow, event_row, is_file_event

MAX_EVENTS = 200
MAX_FILE_EVENTS = 25
"""Changes of files are many a second: they must not push out what happened to the processes."""

TAIL_BYTES = 1_000_000


class EventsTail:
    """The newest rows of one JSON-lines file, read on from where the last read ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0
        self._next_key = 1
        self._process_rows: deque[EventRow] = deque(maxlen=MAX_EVENTS)
        self._file_rows: deque[EventRow] = deque(maxlen=MAX_FILE_EVENTS)
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

    def _read_on(self) -> None:
        with self._path.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        end = text.rfind(b"\n") + 1  # a line that is still being written is left for the next time
        for line in text[:end].splitlines(keepends=True):
            self._take(line)
            self._offset += len(line)
        self._rows = sorted((*self._process_rows, *self._file_rows), key=lambda row: row[0])

    def _take(self, line: bytes) -> None:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            return  # the first line of a tail is seldom a whole one
        if isinstance(record, dict):
            rows = self._file_rows if is_file_event(record) else self._process_rows
            rows.append(event_row(self._next_key, record))
            self._next_key += 1
