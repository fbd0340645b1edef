"""Keep a job's history while that can be done: what goes wrong with it ends it, not the run."""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.calculation.sink import BookSamples, TradeColumns
from processor.history.history_sink import HistorySink
from processor.history.store import HistoryStore, remove_history, set_history_aside
from processor.history.work import BY_DEFINITION, HistoryWork
from shared.bars import Bar
from shared.history.packing import PackedColumnsError
from shared.history.schema import SchemaError
from shared.job import HistoryContent
from shared.recordings.day_files import DayFile
from shared.series import Series

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_OF_THE_MOMENT = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
}


class KeptHistory:
    """The history at `path` of the job that `job` is the digest of, as a sink.

    `digests` tell the job's files, by their days, from any others. A history of another job, of
    other files or of other content is set aside when this is entered, and so is one that cannot be
    read. `problem` says why the history ended, None while all is well.
    """

    def __init__(
        self,
        path: Path,
        job: str,
        digests: Mapping[int, str],
        content: HistoryContent,
        work: HistoryWork = BY_DEFINITION,
    ) -> None:
        self._path = path
        self._job = f"{job}/{content}"
        self._digests = digests
        self._content = content
        self._work = work
        self._sink: HistorySink | None = None
        self._identity: str | None = None
        self.problem: str | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes, 0 where there is none."""
        if self._sink is not None:
            return self._sink.size
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    @property
    def identity(self) -> str | None:
        """What tells it from any other, also once it has ended; None where there was none."""
        if self._sink is not None:
            self._identity = self._sink.identity
        return self._identity

    def __enter__(self) -> Self:
        try:
            self._sink = self._open()
        except (sqlite3.Error, OSError) as error:
            self._end(error)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def begin_file(self, file: DayFile) -> None:
        """See Sink."""
        self._do(lambda sink: sink.begin_file(file, self._digests[file.day]), None)

    def add_bars(self, series: Series, bars: Sequence[Bar]) -> None:
        """Do nothing: bars are merged from seconds."""

    def add_trades(self, trades: TradeColumns) -> None:
        """See Sink."""
        self._do(lambda sink: sink.add_trades(trades), None)

    def add_samples(self, samples: BookSamples) -> None:
        """See Sink."""
        self._do(lambda sink: sink.add_samples(samples), None)

    def skip_row(self, table: str, row_id: int, timestamp_ms: int) -> None:
        """See Sink."""
        self._do(lambda sink: sink.skip_row(table, row_id, timestamp_ms), None)

    def add_heat(self, columns: HeatColumns) -> None:
        """See Sink."""
        self._do(lambda sink: sink.add_heat(columns), None)

    def add_keyframes(self, keyframes: Keyframes) -> None:
        """See Sink."""
        self._do(lambda sink: sink.add_keyframes(keyframes), None)

    def reach(self, moment_ms: int) -> None:
        """See Sink."""
        self._do(lambda sink: sink.reach(moment_ms), None)

    def take_back_file(self) -> None:
        """See Sink."""
        self._do(lambda sink: sink.take_back_file(), None)

    def commit(self, open_column: HeatColumns | None) -> int:
        """See Sink; 0 once the history has ended."""
        return self._do(lambda sink: sink.commit(open_column), 0)

    def go_back_to(self, commit: int) -> bool:
        """See Sink; a history that cannot be opened stands in nobody's way."""
        if commit:
            return self._do(lambda sink: self._is_back_at(sink, commit), True)
        if self._sink is not None and not self._sink.is_empty:
            self._sink.close()
            remove_history(self._path)
            self.__enter__()
        return True

    def keep_no_more(self) -> None:
        """See Sink."""
        self._end("it had ended before")

    def _open(self) -> HistorySink:
        store, difference = self._store_or_difference()
        if store is not None and difference is None:
            return HistorySink(store, self._content, self._work)
        if store is not None:
            store.close()
        return self._begin_beside(difference)

    def _begin_beside(self, difference: str | None) -> HistorySink:
        """Set what is there aside, and begin anew."""
        set_history_aside(self._path)
        logger.info("earlier history set aside: %s", difference)
        store = HistoryStore(self._path, self._work.pack)
        store.begin_job(self._job)
        return HistorySink(store, self._content, self._work)

    def _is_back_at(self, sink: HistorySink, commit: int) -> bool:
        try:
            return sink.go_back_to(commit)
        except (sqlite3.Error, PackedColumnsError, msgspec.MsgspecError) as error:
            if _may_pass(error):
                raise
            sink.close()
            self._sink = self._begin_beside(f"it cannot be gone on with: {error}")
            return False

    def _store_or_difference(self) -> tuple[HistoryStore | None, str | None]:
        """Return the store that is there, and why it is of no use, None if it is."""
        store = None
        try:
            store = HistoryStore(self._path, self._work.pack)
            return store, self._difference(store)
        except (sqlite3.Error, SchemaError) as error:
            if _may_pass(error):
                raise
            return store, f"it cannot be read: {error}"

    def _difference(self, store: HistoryStore) -> str | None:
        if store.job is None:
            store.begin_job(self._job)
            return None
        if store.job != self._job:
            return "it is of another job"
        for name, day, digest in store.files:
            if self._digests.get(day) != digest:
                return f"{name} is not the file it was"
        return None

    def _do(self, work: Callable[[HistorySink], Result], otherwise: Result) -> Result:
        if self._sink is None:
            return otherwise
        try:
            return work(self._sink)
        except Exception as error:
            if not isinstance(error, sqlite3.Error | OSError):
                logger.exception("unexpected error")
            self._end(error)
            return otherwise

    def _end(self, reason: Exception | str) -> None:
        self.problem = str(reason) or repr(reason)
        logger.warning("the history ends here, the run goes on without it: %s", self.problem)
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()


def _may_pass(error: Exception) -> bool:
    """Say whether `error` tells of the moment, such as a lock or a full disk, and not of the file.

    What it stopped may be as it should be.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _OF_THE_MOMENT
