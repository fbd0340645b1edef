"""The way of rows into the day files: counted, measured, and slowed down where it must be."""

import asyncio
import logging

from recorder.live.adapter.counts import Counts
from recorder.live.lag import Lag
from shared.clock import format_utc
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import Gap, NewBookRow, NewRow

logger = logging.getLogger(__name__)

MOST_WAITING_BYTES = 32 * 2**20
_WAIT_SECONDS = 0.01


class Intake:
    """Hands rows to `writer`."""

    def __init__(self, writer: RecordingWriter, counts: Counts, lag: Lag) -> None:
        self._writer = writer
        self._counts = counts
        self._lag = lag

    def put(self, instrument: str, row: NewRow) -> None:
        """Take a row to be committed."""
        self._lag.handed_over(self._writer.put(instrument, row))
        if isinstance(row, Gap):
            self._counts.gaps += 1
            logger.warning("%s: %s", instrument, told(row))
            return
        self._counts.rows += 1
        if isinstance(row, NewBookRow):
            self._counts.book_rows += 1
        else:
            self._counts.trades += 1

    async def make_room(self) -> None:
        """Wait while too much waits for a slow disk: what comes waits at the exchange meanwhile.

        Nothing waits for a disk that cannot be written at all, the writer loses rows then.
        """
        while self._writer.waiting_bytes > MOST_WAITING_BYTES and not self._writer.trouble:
            await asyncio.sleep(_WAIT_SECONDS)


def told(gap: Gap) -> str:
    """Return what is said of a gap.

    >>> told(Gap(0, 1000, "trades", 3, "lost"))
    'a gap of 3 rows in trades, 1970-01-01 00:00:00 UTC to 1970-01-01 00:00:01 UTC: lost'
    """
    rows = "" if gap.rows is None else f" of {gap.rows} rows"
    span = f"{format_utc(gap.from_ms)} to {format_utc(gap.to_ms)}"
    return f"a gap{rows} in {gap.table}, {span}: {gap.reason}"
