"""Replay day files at the speed of the disk: columns through compiled kernels."""

import copy
import logging
from collections.abc import Iterator, Sequence

from processor.day_files import DayFile
from processor.db_interpreter import Position
from processor.engine.file_replay import FileReplay, Order
from processor.engine.kernels import Kernels
from processor.engine.retreat import RetreatError
from processor.engine.state import EngineState
from processor.orderbook_manager import Depth
from processor.quality import Quality
from processor.sqlite_source import UnusableFileError
from shared.job import Job
from shared.processor_status import Conservation
from shared.viz_io import Bar

logger = logging.getLogger(__name__)


class EngineReplay:
    """One pass over `files` for `job`: the numbers of the reference, in a fraction of its time.

    A file is first read as it is stored. When its rows turn out not to be in the order of time,
    the engine goes back to the file's start and reads it by a sorted key; when anything else is
    not as the fast path wants it, row by row through the strict parser.
    """

    def __init__(
        self,
        files: Sequence[DayFile],
        job: Job,
        quality: Quality,
        kernels: Kernels | None = None,
    ) -> None:
        self._files = files
        self._quality = quality
        self._kernels = kernels or Kernels()
        self.position = Position()
        self._state = EngineState(job)

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest OHLC bars."""
        return self._state.ohlc_bars

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest OBI and TOT bars."""
        return self._state.metric_bars

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest CVD bars."""
        return self._state.cvd_bars

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        return self._state.depth

    @property
    def open_bar_ms(self) -> int:
        """The start of the open trade bar, 0 before the first."""
        return int(self._state.trade_sums["bar_ms"][0])

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        return self._state.conservation

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        return self._state.observed

    def steps(self) -> Iterator[None]:
        """Do the work, yielding after every batch so that the caller can look up."""
        self._kernels.prepare()
        for file in self._files:
            self.position.file = file
            yield from self._replay(file)
            self.position.files_done += 1

    def _replay(self, file: DayFile) -> Iterator[None]:
        at_start = copy.deepcopy((self._state, self.position, self._quality))
        for order in Order:
            try:
                yield from FileReplay(
                    file, order, self._state, self.position, self._quality, self._kernels
                ).steps()
                return
            except UnusableFileError as error:
                self._quality.report_file(file.path, str(error))
                return
            except RetreatError as error:
                logger.info("%s: %s: reading it again from its start", file.path.name, error)
                self._state, self.position, quality = copy.deepcopy(at_start)
                self._quality.go_back_to(quality)
