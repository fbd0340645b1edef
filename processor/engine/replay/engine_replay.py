"""Replay day files at the speed of the disk: columns through compiled kernels."""

import logging
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Protocol

from processor.calculation.book_pieces import HeatColumns
from processor.calculation.depth import Depth
from processor.calculation.position import Position
from processor.calculation.sink import Sink, keeps_time
from processor.engine.compiling.loading import Kernels
from processor.engine.file_progress import Bookmark, FileProgress
from processor.engine.replay.file_replay import FileReplay
from processor.engine.replay.file_start import FileStart, restored
from processor.engine.replay_context import ReplayContext
from processor.engine.sqlite.reading_order import ReadingOrder, ReadingOrderError
from processor.engine.state import EngineState
from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import Suspects
from processor.reporting.quality import Quality
from shared.bars import Bar
from shared.clock import END_OF_TIME_MS
from shared.errors import OrderflowError
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, do_nothing
from shared.recordings.problems import FileChangedError, UnusableFileError
from shared.run_files.processor_status import Conservation

logger = logging.getLogger(__name__)


class Reading(Protocol):
    """Whoever reads the file at work."""

    @property
    def progress(self) -> FileProgress:
        """How far the file is done."""
        ...


class EngineReplay:
    """One pass over `files` for `job`: the numbers of the reference, in a fraction of its time.

    A file is first read as it is stored. When its rows turn out not to be in the order of time,
    the engine goes back to the file's start and reads it by a sorted key; when anything else is
    not as the fast path wants it, row by row through the strict parser.

    `recorder` is told which rows are worked on; those that `suspects` names are taken one by one,
    or skipped when they are poison. `sink` takes all that is made. `on_wait` is called now and then
    while SQLite takes its time.
    """

    def __init__(
        self,
        files: Sequence[DayFile],
        job: Job,
        quality: Quality,
        kernels: Kernels | None = None,
        recorder: FlightRecorder | None = None,
        suspects: Suspects | None = None,
        sink: Sink | None = None,
        on_wait: OnWait = do_nothing,
        *,
        is_growing: bool = False,
    ) -> None:
        self._files = files
        self._context = ReplayContext(
            job,
            EngineState(job, keeps_time=keeps_time(job, sink)),
            Position(),
            quality,
            kernels or Kernels(),
            recorder,
            suspects or Suspects(),
            sink,
            on_wait,
            is_growing,
        )
        self._problems_before = len(quality.file_problems)
        self._start = FileProgress()
        self._file_start: FileStart | None = None
        self._file_start_document: dict[str, Any] | None = None
        self._current: Reading | None = None
        self._whole: FileReplay | None = None  # who has read the newest file to its end

    @property
    def position(self) -> Position:
        """How far the replay has come."""
        return self._context.position

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest OHLC bars."""
        return self._context.state.ohlc_bars

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest OBI and TOT bars."""
        return self._context.state.metric_bars

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest CVD bars."""
        return self._context.state.cvd_bars

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        return self._context.state.depth

    @property
    def open_bar_ms(self) -> int | None:
        """The start of the open trade bar, None before the first."""
        return self._context.state.open_bar_ms

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        return self._context.state.conservation

    @property
    def open_column(self) -> HeatColumns | None:
        """The column of heat that is not over yet, None if there is none."""
        return self._context.state.book.open_column

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        return self._context.state.observed

    @property
    def _progress(self) -> FileProgress:
        # Before the first step after `restore` no file is open yet, and yet one is half done.
        return self._current.progress if self._current else self._start

    def to_document(self) -> dict[str, Any]:
        """Return as JSON values all that `restore` needs to go on from here."""
        progress = self._progress
        position = self._context.position
        return {
            "files_done": position.files_done,
            "data_time_ms": position.data_time_ms,
            "book_time_ms": position.book_time_ms,
            "order": progress.order,
            "book": [progress.book.rows, progress.book.row_id],
            "trades": [progress.trades.rows, progress.trades.row_id],
            "state": self._context.state.to_document(),
            # A file found out of order is read again from its start, by whoever finds it so.
            "file_start": None if progress.is_at_start else self._file_start_to_document(),
        }

    def restore(self, document: dict[str, Any]) -> None:
        """Go on from where `to_document` was called, in place of the beginning.

        Raises KeyError, TypeError or ValueError when `document` is no such thing.
        """
        context = self._context
        state, position = restored(document, context, document["files_done"])
        file_start = document["file_start"]
        if file_start is not None:
            restored(file_start, context, position.files_done)
        start = FileProgress(
            ReadingOrder(document["order"]),
            Bookmark.from_document(document["book"]),
            Bookmark.from_document(document["trades"]),
        )
        # All or nothing: only now is it known to be what it should be.
        context.state, context.position, self._start = state, position, start
        self._file_start_document = file_start

    def has_passed(self, span: Span) -> bool:
        """Say whether the rows of `span`, which are of the file at work, are done."""
        progress = self._progress
        bookmark = progress.book if span.table == "book" else progress.trades
        return span.order == progress.order and span.end <= bookmark.rows

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding after every batch so that the caller can look up."""
        self._context.kernels.prepare(keeps_time=self._context.keeps_time)
        yield from self._context.kernels.load()
        while self._context.position.files_done < len(self._files):
            file = self._files[self._context.position.files_done]
            yield from self._replay(file)
            self._context.position.files_done += 1
            self._current, self._start = None, FileProgress()
            self._file_start = self._file_start_document = None
        if self._context.sink is not None:
            self._context.sink.reach(END_OF_TIME_MS)

    def _replay(self, file: DayFile) -> Iterator[None]:
        """Read `file` in the order it is in, or else in the next, until there is one that does."""
        context = self._context
        is_copied = False
        self._whole = None
        while True:
            context.position.file = file
            self._file_start = self._take_file_start()
            self._current = reading = FileReplay(file, context, self._start, is_copied=is_copied)
            order = self._start.order
            try:
                yield from reading.steps()
                self._whole = reading
                return
            except UnusableFileError as error:
                context.quality.report_file(file.path, str(error))
                return
            except ReadingOrderError as error:
                if order is ReadingOrder.STRICT:  # there is no other, and this one gives the same
                    problem = f"the file is damaged, the rest is left out: {error}"
                    context.quality.report_file(file.path, problem)
                    return
                logger.info("%s: %s: reading it again from its start", file.path.name, error)
                order = error.next_order or order.next
            except FileChangedError as error:
                logger.info("%s: %s: reading a copy from its start", file.path.name, error)
                order, is_copied = ReadingOrder.STORED, True
            except OrderflowError:
                raise
            except Exception as error:  # whatever a file does, the others are read
                logger.exception("%s: unexpected error", file.path.name)
                if order is ReadingOrder.STRICT:
                    problem = f"unexpected error, the rest is left out: {error!r}"
                    context.quality.report_file(file.path, problem)
                    return
                order = ReadingOrder.STRICT
            self._file_start.put_back(context)
            self._file_start_document = None
            self._start = FileProgress(order)

    def _take_file_start(self) -> FileStart:
        document = self._file_start_document
        if document is None:
            return FileStart.of(self._context, self._problems_before)
        return FileStart.from_document(document, self._context, self._problems_before)

    def _file_start_to_document(self) -> dict[str, Any] | None:
        # Between `restore` and the first step after it there is only what was restored.
        return self._file_start.to_document() if self._file_start else self._file_start_document
