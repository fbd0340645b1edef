"""Replay day files at the speed of the disk: columns through compiled kernels."""

import copy
import logging
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from processor.calculation.depth import Depth
from processor.calculation.position import Position
from processor.engine.bookmark import Place
from processor.engine.file_replay import FileProgress, FileReplay, Order, Workshop
from processor.engine.kernels.loading import Kernels
from processor.engine.reading_order import RetreatError
from processor.engine.state import EngineState
from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import Suspects
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, UnusableFileError, do_nothing
from shared.recordings.problems import RowProblem
from shared.run_files.processor_status import Conservation
from shared.viz_io import Bar

logger = logging.getLogger(__name__)


class EngineReplay:
    """One pass over `files` for `job`: the numbers of the reference, in a fraction of its time.

    A file is first read as it is stored. When its rows turn out not to be in the order of time,
    the engine goes back to the file's start and reads it by a sorted key; when anything else is
    not as the fast path wants it, row by row through the strict parser.

    `recorder` is told which rows are worked on; those that `suspects` names are taken one by one,
    or skipped when they are poison. `on_wait` is called now and then while SQLite takes its time.
    """

    def __init__(
        self,
        files: Sequence[DayFile],
        job: Job,
        quality: Quality,
        kernels: Kernels | None = None,
        recorder: FlightRecorder | None = None,
        suspects: Suspects | None = None,
        on_wait: OnWait = do_nothing,
    ) -> None:
        self._files = files
        self._job = job
        self._shop = Workshop(
            EngineState(job),
            Position(),
            quality,
            kernels or Kernels(),
            recorder,
            suspects or Suspects(),
            on_wait,
        )
        self._problems_at_creation = len(quality.file_problems)
        self._at_file_start = copy.deepcopy((self._shop.state, self._shop.position, quality))
        self._file_start_document: dict[str, Any] | None = None
        self._start = FileProgress()
        self._current: FileReplay | None = None

    @property
    def position(self) -> Position:
        """How far the replay has come."""
        return self._shop.position

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest OHLC bars."""
        return self._shop.state.ohlc_bars

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest OBI and TOT bars."""
        return self._shop.state.metric_bars

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest CVD bars."""
        return self._shop.state.cvd_bars

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        return self._shop.state.depth

    @property
    def open_bar_ms(self) -> int:
        """The start of the open trade bar, 0 before the first."""
        return int(self._shop.state.trade_sums["bar_ms"][0])

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        return self._shop.state.conservation

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        return self._shop.state.observed

    @property
    def _progress(self) -> FileProgress:
        # Before the first step after `restore` no file is open yet, and yet one is half done.
        return self._current.progress if self._current else self._start

    def to_document(self) -> dict[str, Any]:
        """Return as JSON values all that `restore` needs to go on from here."""
        progress = self._progress
        position = self._shop.position
        return {
            "files_done": position.files_done,
            "data_time_ms": position.data_time_ms,
            "order": progress.order,
            "book": [progress.book.rows, progress.book.row_id],
            "trades": [progress.trades.rows, progress.trades.row_id],
            "state": self._shop.state.to_document(),
            "file_start": self._file_start_to_document(progress),
        }

    def restore(self, document: dict[str, Any]) -> None:
        """Go on from where `to_document` was called, in place of the beginning.

        Raises KeyError, TypeError or ValueError when `document` is no such thing.
        """
        state, position = self._restored(document, document["files_done"])
        file_start = document["file_start"]
        if file_start is not None:
            self._restored(file_start, position.files_done)
        start = FileProgress(
            Order(document["order"]), Place(*document["book"]), Place(*document["trades"])
        )
        # All or nothing: only now is it known to be what it should be.
        self._shop.state, self._shop.position, self._start = state, position, start
        self._file_start_document = file_start

    def _restored(self, document: dict[str, Any], files_done: int) -> tuple[EngineState, Position]:
        state = EngineState(self._job)
        state.restore(document["state"])
        return state, Position(
            files_done=files_done,
            book_rows=int(state.book_sums["rows"][0]),
            trades=int(state.trade_sums["rows"][0]),
            data_time_ms=document["data_time_ms"],
        )

    def _file_start_to_document(self, progress: FileProgress) -> dict[str, Any] | None:
        # A file found out of order is read again from its start, by whichever process finds it.
        if progress == FileProgress(progress.order):
            return None
        if self._file_start_document is None:
            state, position, quality = self._at_file_start
            self._file_start_document = {
                "data_time_ms": position.data_time_ms,
                "state": state.to_document(),
                "skipped": {str(kind): count for kind, count in quality.skipped.items()},
                "file_problems": len(quality.file_problems) - self._problems_at_creation,
                "poison_rows": len(quality.poison_rows),
            }
        return self._file_start_document

    def _take_file_start(self) -> None:
        shop, document = self._shop, self._file_start_document
        quality = copy.deepcopy(shop.quality)
        if document is None:
            self._at_file_start = (*copy.deepcopy((shop.state, shop.position)), quality)
            return
        skipped = {RowProblem(kind): count for kind, count in document["skipped"].items()}
        quality.skipped = Counter(skipped)
        del quality.file_problems[self._problems_at_creation + document["file_problems"] :]
        del quality.poison_rows[document["poison_rows"] :]
        self._at_file_start = (*self._restored(document, shop.position.files_done), quality)

    def has_passed(self, span: Span) -> bool:
        """Say whether the rows of `span`, which are of the file at work, are done."""
        progress = self._progress
        place = progress.book if span.table == "book" else progress.trades
        return span.order == progress.order and span.end <= place.rows

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding after every batch so that the caller can look up."""
        self._shop.kernels.prepare()
        yield from self._shop.kernels.load()
        while self._shop.position.files_done < len(self._files):
            file = self._files[self._shop.position.files_done]
            yield from self._replay(file)
            self._shop.position.files_done += 1
            self._current, self._start = None, FileProgress()
            self._file_start_document = None

    def _replay(self, file: DayFile) -> Iterator[None]:
        start = self._start
        self._shop.position.file = file
        self._take_file_start()
        try:
            self._current = FileReplay(file, self._shop, start)
            yield from self._current.steps()
        except UnusableFileError as error:
            self._shop.quality.report_file(file.path, str(error))
        except RetreatError as error:
            logger.info("%s: %s: reading it again from its start", file.path.name, error)
            self._shop.state, self._shop.position, quality = self._at_file_start
            self._shop.quality.go_back_to(quality)
            self._file_start_document = None
            self._start = FileProgress(_NEXT_ORDER[start.order])
            yield from self._replay(file)


_NEXT_ORDER = {Order.STORED: Order.BY_TIME, Order.BY_TIME: Order.STRICT}
