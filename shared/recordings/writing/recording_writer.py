"""Writes what happens: rows are handed over from an event loop, and committed beside it.

>>> import tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> with RecordingWriter(Path(folder.name), "an example") as writer:
...     number = writer.put("BTC-USDT", NewTrade(1_751_328_000_000, "1", 107_000.5, 0.25, "buy"))
...     writer.wait_for(number, seconds=10)
True
>>> sorted(path.name for path in Path(folder.name).iterdir())
['BTC-USDT-25-07-01.db']
>>> folder.cleanup()
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.clock import FIRST_MS, LAST_MS, MS_PER_DAY
from shared.errors import CannotWriteError, OrderflowError, UsageError
from shared.recordings.writing.open_days import Day, OpenDays
from shared.recordings.writing.pending import Pending, bytes_of, table_of
from shared.recordings.writing.rows import Gap, NewRow, NewTrade

logger = logging.getLogger(__name__)

COMMIT_SECONDS = 0.2
"""How long rows are gathered before they are committed."""

SYNC_SECONDS = 2.0
"""How often what was committed is made to outlive a power cut."""

RETRY_SECONDS = 1.0
TOLD_AGAIN_SECONDS = 30.0
MOST_BYTES = 48 * 2**20
"""How much may wait while nothing can be written; what comes then is lost, and noted as that."""

_Item = tuple[int, str, NewRow]


class RecordingWriter:
    """Rows go to the file of the UTC day of their own time, in `out_dir`, made if absent.

    `put` never blocks, so that an event loop may call it. A thread of the writer's own commits what
    has come, every `COMMIT_SECONDS`, and then calls `on_commit` there with the number up to which
    all rows are settled: committed, or lost and noted in the table `gaps`. While nothing can be
    written the oldest rows wait, the newest are counted as lost, the log says so, and it is tried
    again. The files are held from the first row of each on; those of `instruments` and the day of
    `now_ms` at once, so that a second writer is refused with AlreadyWrittenError before it begins.
    """

    def __init__(
        self,
        out_dir: Path,
        source: str,
        *,
        instruments: Iterable[str] = (),
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        on_commit: Callable[[int], None] = lambda _: None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        try:
            out_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWriteError(out_dir, error.strerror or str(error)) from error
        self._days = OpenDays(out_dir, source)
        self._on_commit = on_commit
        self._most_bytes = most_bytes
        self._incoming: deque[_Item] = deque()
        self._pending: dict[Day, Pending] = {}
        self._bytes = 0  # of what waits; changed by both threads, under the lock
        self._lock = threading.Lock()
        self._has_news = threading.Event()
        self._is_ending = threading.Event()
        self._settled = threading.Condition()
        self._last_number = self._settled_number = 0
        self._lost_rows = 0
        self._trouble: str | None = None
        self._told_at = self._synced_at = 0.0
        try:
            for instrument in instruments:
                self._days.opened((check_name(instrument), now_ms() // MS_PER_DAY))
        except BaseException:
            self._days.close()
            raise
        self._thread = threading.Thread(target=self._work, name="recording-writer", daemon=True)
        self._thread.start()

    def put(self, instrument: str, row: NewRow) -> int:
        """Take `row` to be committed, and return its number; they count from 1.

        Raises UsageError when no day file can be named after the instrument or the time.
        """
        check_name(instrument)
        if not FIRST_MS <= row.timestamp_ms <= LAST_MS:
            raise UsageError(f"expected a time of a calendar, found {row.timestamp_ms} ms")
        with self._lock:
            self._last_number += 1
            self._bytes += bytes_of(row)
            self._incoming.append((self._last_number, instrument, row))
            number = self._last_number
        self._has_news.set()
        return number

    @property
    def settled(self) -> int:
        """The number up to which all rows are committed, or lost and noted as that."""
        return self._settled_number

    @property
    def lost_rows(self) -> int:
        """How many rows there was no room for."""
        return self._lost_rows

    @property
    def waiting_bytes(self) -> int:
        """How much waits to be committed, about."""
        return self._bytes

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written just now, None while all is well."""
        return self._trouble

    def wait_for(self, number: int, seconds: float) -> bool:
        """Wait until all rows up to `number` are settled; say whether they are."""
        with self._settled:
            return self._settled.wait_for(lambda: self._settled_number >= number, seconds)

    def close(self) -> None:
        """Commit what can be committed and let go of the files. Rows put later are not written."""
        self._is_ending.set()
        self._has_news.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _work(self) -> None:
        try:
            while not self._is_ending.is_set():
                self._has_news.wait(SYNC_SECONDS)
                self._is_ending.wait(COMMIT_SECONDS)
                self._has_news.clear()
                self._commit()
                self._tend()
                if self._trouble:
                    self._is_ending.wait(RETRY_SECONDS)
            self._commit()
            if self._trouble:
                waiting = sum(len(pending.rows) for pending in self._pending.values())
                logger.error("%d rows could not be written: %s", waiting, self._trouble)
        except BaseException as error:
            self._trouble = f"the writer has ended: {error!r}"
            raise
        finally:
            self._days.close()

    def _commit(self) -> None:
        newest = self._take_in()
        troubles = []
        for day, pending in list(self._pending.items()):
            try:
                self._commit_day(day, pending)
            except (OSError, sqlite3.Error, OrderflowError) as error:
                self._days.drop(day)
                troubles.append(f"{day[0]}: {error}")
            else:
                del self._pending[day]
        self._tell(troubles)
        self._acknowledge(newest)

    def _take_in(self) -> int:
        """Sort what has come by day files; what there is no room for is lost, the newest first."""
        with self._lock:
            items, self._incoming = self._incoming, deque()
            newest = self._last_number
            waiting = self._bytes - sum(bytes_of(row) for _, _, row in items)
        for number, instrument, row in items:
            day = (instrument, row.timestamp_ms // MS_PER_DAY)
            pending = self._pending.setdefault(day, Pending())
            size = bytes_of(row)
            if self._trouble and waiting + size > self._most_bytes:
                pending.lose(number, row)
                self._lost_rows += 1
                with self._lock:
                    self._bytes -= size
            else:
                pending.rows.append((number, row))
                waiting += size
        return newest

    def _commit_day(self, day: Day, pending: Pending) -> None:
        file = self._days.opened(day)
        try:
            refused = file.append(row for _, row in pending.rows)
            file.append(pending.lost.values())
            for row in refused:
                logger.error("a row that cannot be stored is left out: %.200r", row)
                file.append([Gap(row.timestamp_ms, row.timestamp_ms, table_of(row), 1, "unfit")])
            file.commit()
        except BaseException:
            file.rollback()
            raise
        self._lost_rows += len(refused)
        with self._lock:
            self._bytes -= sum(bytes_of(row) for _, row in pending.rows)

    def _tell(self, troubles: list[str]) -> None:
        now = time.monotonic()
        if troubles:
            if not self._trouble or now - self._told_at >= TOLD_AGAIN_SECONDS:
                self._told_at = now
                logger.error(
                    "rows cannot be written and wait, %d lost so far: %s",
                    self._lost_rows,
                    "; ".join(troubles),
                )
            self._trouble = "; ".join(troubles)
        elif self._trouble:
            self._trouble = None
            logger.warning("rows are written again, %d lost in all", self._lost_rows)

    def _acknowledge(self, newest: int) -> None:
        waiting = [pending.first_number for pending in self._pending.values()]
        oldest = min((number for number in waiting if number is not None), default=newest + 1)
        if oldest - 1 > self._settled_number:
            with self._settled:
                self._settled_number = oldest - 1
                self._settled.notify_all()
            self._on_commit(self._settled_number)

    def _tend(self) -> None:
        now = time.monotonic()
        if now - self._synced_at >= SYNC_SECONDS:
            self._synced_at = now
            self._days.tend(now)


def check_name(instrument: str) -> str:
    """Return `instrument`; raise UsageError when it cannot be part of a file's name."""
    if not instrument.strip() or any(letter in instrument for letter in "/\\\0"):
        raise UsageError(f"expected an instrument like BTC-USDT, found {instrument!r}")
    return instrument


__all__ = ["NewTrade", "RecordingWriter"]
