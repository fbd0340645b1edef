"""Publish the state of a run as JSON files, throttled, each replaced in one step."""

import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from processor.calculation.depth import Depth
from processor.calculation.results import Results, bars_by_series
from shared.recordings.records import OrderbookLevel
from shared.run_files.atomic_file import replace_file
from shared.run_files.bar_files import clear_data
from shared.run_files.processor_status import ProcessorStatus, write_processor_status
from shared.run_files.published_depth import PublishedDepth, PublishedLevel
from shared.run_files.run_directory import RunDirectory
from shared.series import SERIES

PUBLISH_SECONDS = 0.25
BAR_END_SECONDS = 0.1
"""A finished bar is published sooner than news of the open one, yet not each of a thousand."""


@dataclass(slots=True)
class Throttle:
    """Decides when to publish: a pure function of the time and of the bars finished."""

    last_s: float = float("-inf")
    last_bar_ms: int | None = None

    def is_due(self, now_s: float, bar_ms: int | None) -> bool:
        """Say whether to publish at `now_s` while the bar that began at `bar_ms` is open."""
        waited = now_s - self.last_s
        pause = PUBLISH_SECONDS if bar_ms == self.last_bar_ms else BAR_END_SECONDS
        return waited >= pause

    def published(self, now_s: float, bar_ms: int | None) -> None:
        """Take note that the state at `now_s` is out."""
        self.last_s = now_s
        self.last_bar_ms = bar_ms


LIVE_SECONDS = 0.18
"""The least time between two states while a recording is followed; it grows each 0.2 s."""

LIVE_STILL_SECONDS = 1.0
"""How often it is told that there is nothing new."""


@dataclass(slots=True)
class LiveThrottle:
    """Decides when to publish while a recording is followed: soon whenever rows have come."""

    last_s: float = float("-inf")
    last_rows: int = -1

    def is_due(self, now_s: float, rows: int) -> bool:
        """Say whether to publish at `now_s`, when so many rows are done."""
        pause = LIVE_SECONDS if rows != self.last_rows else LIVE_STILL_SECONDS
        return now_s - self.last_s >= pause

    def published(self, now_s: float, rows: int) -> None:
        """Take note that the state after so many rows is out."""
        self.last_s = now_s
        self.last_rows = rows


class Publisher:
    """Writes the published files of one run.

    A file whose content is unchanged is left alone, unless somebody else touched or deleted it:
    then it is put right, its folder included.
    """

    def __init__(self, run_directory: RunDirectory) -> None:
        self._run = run_directory
        self._written: dict[Path, _Written] = {}

    def clear(self) -> None:
        """Reset all files, so that nothing of an earlier run is taken for this one's."""
        for series in SERIES:
            clear_data(self._run.series_file(series))
        self._replace(self._run.depth, PublishedDepth([], []))

    def publish(self, state: Results, status: ProcessorStatus) -> None:
        """Write what changed; raise RunDirectoryError when the folder cannot be written."""
        for series, bars in bars_by_series(state).items():
            self._replace(self._run.series_file(series), bars)
        self._replace(self._run.depth, _published(state.depth))
        self.publish_status(status)

    def publish_status(self, status: ProcessorStatus) -> None:
        """Write the status alone; raise RunDirectoryError when the folder cannot be written."""
        self._create_folder()
        write_processor_status(self._run.processor_status, status)

    def _create_folder(self) -> None:
        if not os.path.isdir(self._run.data):  # noqa: PTH112 - raises nothing, whatever is there
            self._run.create_data()

    def _replace(self, path: Path, document: object) -> None:
        content = orjson.dumps(document)
        written = self._written.get(path)
        if written and written.content == content and written.signature == _signature(path):
            return
        self._create_folder()
        replace_file(path, content)
        self._written[path] = _Written(content, _signature(path))


@dataclass(frozen=True, slots=True)
class _Written:
    content: bytes
    signature: tuple[int, int, int] | None


def _published(depth: Depth) -> PublishedDepth:
    return PublishedDepth(_plain(depth.bids), _plain(depth.asks))


def _plain(levels: list[OrderbookLevel]) -> list[PublishedLevel]:
    return [(price, size) for price, size in levels]  # orjson writes tuples, and no class of them


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)
