"""Where each file of a run lives, and whether it can be written there."""

import os
from dataclasses import dataclass
from pathlib import Path

from shared.errors import RunDirectoryError
from shared.series import CVD, METRICS, OHLC, SERIES, Series


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The folder through which processor, page and supervisor meet."""

    root: Path

    @property
    def data(self) -> Path:
        """The folder of the JSON files that the processor publishes."""
        return self.root / "data"

    def series_file(self, series: Series) -> Path:
        """The array of the bars of `series`."""
        return self.data / series.file

    @property
    def ohlc(self) -> Path:
        """The bars of OHLC."""
        return self.series_file(OHLC)

    @property
    def metrics(self) -> Path:
        """The bars of OBI and TOT."""
        return self.series_file(METRICS)

    @property
    def cvd(self) -> Path:
        """The bars of CVD."""
        return self.series_file(CVD)

    @property
    def depth(self) -> Path:
        """The book's best levels: a PublishedDepth."""
        return self.data / "depth_data.json"

    @property
    def processor_status(self) -> Path:
        """How far the processor is and what it could not use."""
        return self.data / "processor_status.json"

    @property
    def checkpoint(self) -> Path:
        """Where the processor is to go on after a crash."""
        return self.root / "checkpoint.json"

    @property
    def previous_checkpoint(self) -> Path:
        """The checkpoint before the newest, in case that is damaged."""
        return self.root / "checkpoint.previous.json"

    @property
    def flight_record(self) -> Path:
        """The rows that the processor is at, for who comes after it."""
        return self.root / "flight.bin"

    @property
    def suspects(self) -> Path:
        """The rows on which the processor died."""
        return self.root / "suspects.json"

    @property
    def history(self) -> Path:
        """The database of all that a run has made."""
        return self.root / "history.db"

    @property
    def published(self) -> tuple[Path, ...]:
        """The JSON files that the processor publishes."""
        return (*map(self.series_file, SERIES), self.depth, self.processor_status)

    @property
    def supervisor_status(self) -> Path:
        """The supervisor's view of itself and of its workers."""
        return self.root / "status.json"

    @property
    def events(self) -> Path:
        """The process status log, one JSON object a line."""
        return self.root / "events.jsonl"

    @property
    def control_socket(self) -> Path:
        """The supervisor's control socket."""
        return self.root / "ctl.sock"

    @property
    def lock(self) -> Path:
        """The file whose lock says that a supervisor runs here."""
        return self.root / "supervisor.lock"

    @property
    def processor_lock(self) -> Path:
        """The file whose lock says that a processor runs here without a supervisor."""
        return self.root / "processor.lock"

    @property
    def running(self) -> Path:
        """The processes that run now, for the supervisor after a killed one."""
        return self.root / "workers.json"

    @property
    def logs(self) -> Path:
        """The folder of the workers' output."""
        return self.root / "logs"

    def create(self) -> None:
        """Make the folder and its `data/`; raise RunDirectoryError when it cannot be written."""
        self.create_root()
        self.create_data()

    def create_root(self) -> None:
        """Make the folder itself; raise RunDirectoryError when that cannot be done."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunDirectoryError(self.root, error.strerror or str(error)) from error

    def create_data(self) -> None:
        """Make `data/` in the folder, which must be there: somebody may have moved it for a while.

        Raises RunDirectoryError when it cannot be written.
        """
        try:
            self.data.mkdir(exist_ok=True)
            probe = self.data / f".writable.{os.getpid()}.tmp"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise RunDirectoryError(self.data, error.strerror or str(error)) from error
