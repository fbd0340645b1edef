"""Replay day files at the speed of the disk: columns through compiled kernels."""

import copy
import logging
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from processor.day_files import DayFile
from processor.db_interpreter import Position
from processor.engine.file_replay import FileProgress, FileReplay, Order, Workshop
from processor.engine.kernels import Kernels
from processor.engine.retreat import RetreatError
from processor.engine.state import EngineState
from processor.flight_recorder import FlightRecorder
from processor.orderbook_manager import Depth
from processor.quality import Quality
from processor.sqlite_source import OnWait, UnusableFileError, do_nothing
from processor.suspects import Suspects
from shared.job import Job
from shared.processor_status import Conservation
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
        self._at_creation = copy.deepcopy(quality)
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

    def to_document(self) -> dict[str, Any]:
        """Return as JSON values all that `restore` needs to go on from here."""
        progress = self._current.progress if self._current else FileProgress()
        position = self._shop.position
        return {
            "files_done": position.files_done,
            "data_time_ms": position.data_time_ms,
            "order": progress.order,
            "book_rows": progress.book_rows,
            "trade_rows": progress.trade_rows,
            "state": self._shop.state.to_document(),
        }

    def restore(self, document: dict[str, Any]) -> None:
        """Go on from where `to_document` was called, in place of the beginning.

        Raises KeyError, TypeError or ValueError when `document` is no such thing.
        """
        state = EngineState(self._job)
        state.restore(document["state"])
        self._shop.state = state
        self._shop.position = Position(
            files_done=document["files_done"],
            book_rows=int(state.book_sums["rows"][0]),
            trades=int(state.trade_sums["rows"][0]),
            data_time_ms=document["data_time_ms"],
        )
        self._start = FileProgress(
            Order(document["order"]), document["book_rows"], document["trade_rows"]
        )

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding after every batch so that the caller can look up."""
        self._shop.kernels.prepare()
        yield from self._shop.kernels.load()
        while self._shop.position.files_done < len(self._files):
            file = self._files[self._shop.position.files_done]
            self._shop.position.file = file
            try:
                yield from self._replay(file)
                self._shop.position.files_done += 1
            except RetreatError:  # restored from within a file whose start is no longer known
                self._begin_anew()
            self._current, self._start = None, FileProgress()

    def _begin_anew(self) -> None:
        self._shop.state, self._shop.position = EngineState(self._job), Position()
        self._shop.quality.go_back_to(self._at_creation)

    def _replay(self, file: DayFile) -> Iterator[None]:
        start = self._start
        is_whole = start == FileProgress(start.order)
        at_start = copy.deepcopy((self._shop.state, self._shop.position, self._shop.quality))
        try:
            self._current = FileReplay(file, self._shop, start)
            yield from self._current.steps()
        except UnusableFileError as error:
            self._shop.quality.report_file(file.path, str(error))
        except RetreatError as error:
            logger.info("%s: %s: reading it again from its start", file.path.name, error)
            if not is_whole:
                raise
            self._shop.state, self._shop.position, quality = at_start
            self._shop.quality.go_back_to(quality)
            self._start = FileProgress(_NEXT_ORDER[start.order])
            yield from self._replay(file)


_NEXT_ORDER = {Order.STORED: Order.BY_TIME, Order.BY_TIME: Order.STRICT}
