"""Bring a run directory's files into the feed, and say what state they amount to."""

import threading
import time
from pathlib import Path
from secrets import token_hex
from typing import Any

import orjson

from shared.job import Job
from shared.run_files.documents import read_document
from shared.run_files.processor_status import read_processor_status
from shared.run_files.published_depth import PublishedDepth
from shared.run_files.run_directory import RunDirectory
from shared.run_files.supervisor_status import read_supervisor_status
from shared.series import OHLC, SERIES
from visualizer.feed.feed import Feed
from visualizer.feed.shown_records import shown_job, shown_processor, shown_supervisor
from visualizer.sources.bars_decoder import BarsDecoder
from visualizer.sources.events_tail import EventsTail
from visualizer.sources.file_reader import FileReader, Reading
from visualizer.wording.page_state import derive_state, is_supervisor_alive


class RunView:
    """What the page of `job` knows of a run; reads on demand, and only files that changed."""

    def __init__(self, run: RunDirectory, job: Job) -> None:
        self._job = job
        self._lock = threading.Lock()
        self._feed = Feed(token_hex(4))
        self._bars = {
            series.name: FileReader(run.series_file(series), BarsDecoder(series))
            for series in SERIES
        }
        self._depth = FileReader(run.depth, _read_depth)
        self._processor = FileReader(run.processor_status, read_processor_status)
        self._supervisor = FileReader(run.supervisor_status, read_supervisor_status)
        self._events = EventsTail(run.events)
        self._message: tuple[str | None, str, bytes] | None = None

    def message_since(self, position: str | None) -> bytes | None:
        """Return as JSON what a browser at `position` lacks, or None when it lacks nothing.

        The lock makes one reader of all the tabs: what one has just read serves the others.
        """
        with self._lock:
            self._update(int(time.time() * 1000))
            current = self._feed.position
            if self._message is not None and self._message[:2] == (position, current):
                return self._message[2]
            message = self._feed.message(position)
            if message is None:
                return None
            content = orjson.dumps(message)
            self._message = (position, current, content)
            return content

    def _update(self, now_ms: int) -> None:
        before = shown_job(self._processor.read().content, self._job)
        bars = {name: reader.read() for name, reader in self._bars.items()}
        depth = self._depth.read()
        processor, supervisor = self._processor.read(), self._supervisor.read()
        job = shown_job(processor.content, self._job)
        if job != before:
            return  # another run began meanwhile, the bars may be of either: the next poll tells
        state = derive_state(
            processor.content,
            supervisor.content,
            has_bars=bool(bars[OHLC.name].content),
            now_ms=now_ms,
        )
        is_alive = supervisor.content is not None and is_supervisor_alive(
            supervisor.content, now_ms
        )
        readings: dict[str, Reading[Any]] = {
            **bars,
            "depth": depth,
            "processor": processor,
            "supervisor": supervisor,
        }
        self._feed.update(
            {
                **{name: reading.content or () for name, reading in bars.items()},
                "events": self._events.read(),
            },
            {
                "job": job,
                "depth": depth.content,
                "processor": shown_processor(processor.content),
                "supervisor": shown_supervisor(supervisor.content),
                "supervisor_alive": is_alive,
                "state": state,
                "files": {name: _file_state(reading) for name, reading in readings.items()},
            },
        )


def _read_depth(path: Path) -> PublishedDepth:
    return read_document(path, PublishedDepth)


def _file_state(reading: Reading[Any]) -> dict[str, Any]:
    return {"changed_ms": reading.changed_ms, "problem": reading.problem}
