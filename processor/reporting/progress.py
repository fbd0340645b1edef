"""Show how a long run goes on: a bar on a terminal, a plain line now and then elsewhere."""

import logging
import sys
from typing import Protocol

from tqdm import tqdm

from shared.clock import format_utc
from shared.run_files.processor_status import ProcessorStatus

logger = logging.getLogger(__name__)

LINE_SECONDS = 5.0


class Progress(Protocol):
    """Something that shows a status to the person who waits."""

    def show(self, status: ProcessorStatus, now_s: float) -> None:
        """Show `status`, as of the monotonic time `now_s`."""
        ...

    def close(self) -> None:
        """Leave the terminal as a next program expects it."""
        ...


def choose_progress(rows_total: int | None) -> Progress:
    """Return a progress bar when standard error is a terminal, else plain lines."""
    return ProgressBar(rows_total) if sys.stderr.isatty() else ProgressLines()


class ProgressBar:
    """Rows, rows/s, data time and ETA in one line that stays in place."""

    def __init__(self, rows_total: int | None) -> None:
        self._bar = tqdm(total=rows_total, unit=" rows", unit_scale=True, dynamic_ncols=True)

    def show(self, status: ProcessorStatus, now_s: float) -> None:  # noqa: ARG002 - Progress
        """Move the bar to the rows done."""
        if status.data_time_ms is not None:
            self._bar.set_postfix_str(format_utc(status.data_time_ms), refresh=False)
        self._bar.update(status.book_rows + status.trades - self._bar.n)

    def close(self) -> None:
        """Leave the bar as it stands, on a line of its own."""
        self._bar.close()


class ProgressLines:
    """One log line every few seconds."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def show(self, status: ProcessorStatus, now_s: float) -> None:
        """Log a line if the last one is `LINE_SECONDS` old."""
        if now_s < self._next_s or status.data_time_ms is None:
            return
        self._next_s = now_s + LINE_SECONDS
        eta = "unknown" if status.eta_s is None else f"{status.eta_s:.0f} s"
        logger.info(
            "%3.0f %%, data time %s, %s rows, %s rows/s, ETA %s",
            status.share_done * 100,
            format_utc(status.data_time_ms),
            f"{status.book_rows + status.trades:,}",
            f"{status.rows_per_s:,.0f}",
            eta,
        )

    def close(self) -> None:
        """Nothing is left open."""
