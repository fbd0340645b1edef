"""Replay a recording that grows: each file as it is, then what comes, then the next day's."""

import logging
import time
from collections.abc import Generator, Iterator
from typing import Any

from processor.calculation.following import Following
from processor.calculation.sink import Sink
from processor.engine.compiling.loading import Kernels
from processor.engine.file_progress import FileProgress
from processor.engine.follow.left_days import LeftDays, ends_of
from processor.engine.follow.tail import FileTail, NotInPlaceError, mark_of
from processor.engine.replay.engine_replay import EngineReplay
from processor.engine.replay.file_start import FileStart
from processor.engine.sqlite.reading_order import ReadingOrder
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.suspects import Suspects
from processor.reporting.quality import Quality
from shared.clock import END_OF_TIME_MS
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.growing.days import GrowingDays
from shared.recordings.growing.in_place import Watch
from shared.recordings.opening import OnWait, do_nothing

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.025
"""How often a file is looked at for a sign of new rows."""

LOOK_SECONDS = 1.0
"""How often it is read though there is no such sign."""

LEAVE_SECONDS = 2.0
"""How long nothing was written to a day's file when it is left for the next, or for the end."""

OVER_SECONDS = 60.0
"""How long nothing was written to a recording that is taken for done: the end of the range is past
by the clock, and there is no row behind it to say so."""

LEAST_REST_SECONDS = 2.0
_REST_FOR_EACH_AGAIN = 9.0
"""A file is read again at once; then it takes so many times as long until that may be once more."""


class FollowReplay(EngineReplay):
    """A pass over `days` that goes on as they grow, up to the end of the job's range.

    A row that comes after newer ones of its table, or ten seconds after those of the other, is
    left out for the moment, and its file read again in the order of time: soon if that is a short
    work, a tenth of the time at most if it is a long one, and at the latest before the file is
    left. The day before is looked at as well, and both are read again when it has got more rows.
    What comes of it is what one pass over the finished files gives.
    """

    def __init__(
        self,
        days: GrowingDays,
        job: Job,
        quality: Quality,
        following: Following,
        kernels: Kernels,
        recorder: FlightRecorder | None = None,
        suspects: Suspects | None = None,
        sink: Sink | None = None,
        on_wait: OnWait = do_nothing,
    ) -> None:
        super().__init__(
            days.files, job, quality, kernels, recorder, suspects, sink, on_wait, is_growing=True
        )
        self._days = days
        self._following = following
        self._left = LeftDays()
        self._earlier_start: FileStart | None = None
        self._tail: FileTail | None = None
        self._next_look_s = float("-inf")
        self._late_before = 0  # in the process before this one
        self._again_as: ReadingOrder | None = None  # how the file is to be read again, if it is
        self._again_s = float("-inf")  # from when on that may be
        self._newest_row_s = float("-inf")
        self._unfit_day = self._told_again_day = -1  # whose rows cannot be taken as they come
        self._has_passed_range = False  # in the file at work
        self._has_ended = False
        self._began_s = time.monotonic()

    def to_document(self) -> dict[str, Any]:
        """See ResumableReplay."""
        done = self._context.position.files_done
        mark = None
        if done < len(self._files) and not self._progress.is_at_start:
            mark = mark_of(self._files[done].path, self._progress)
        earlier = self._earlier_start
        return super().to_document() | {
            "late_rows": self._following.late_rows,
            "left": [[day, *ends] for day, ends in self._left.ends.items()],
            "earlier_start": earlier.to_document() if earlier is not None else None,
            "has_passed_range": self._has_passed_range,
            "reached_ms": self._context.reached_ms,
            "mark": mark,
        }

    def restore(self, document: dict[str, Any]) -> None:
        """See ResumableReplay; also raises ValueError when the file at work is another one now."""
        super().restore(document)
        done = self._context.position.files_done
        if document["mark"] is not None and self._start.order is ReadingOrder.STORED:
            file = self._files[done]
            if mark_of(file.path, self._start) not in (None, document["mark"]):
                raise ValueError(f"{file.path.name} is not the file that it was")
        self._context.reached_ms = int(document["reached_ms"])
        self._has_passed_range = bool(document["has_passed_range"])
        self._late_before = int(document["late_rows"])
        self._left.ends = {int(day): (book, trades) for day, book, trades in document["left"]}
        if document["earlier_start"] is not None:
            start = FileStart.from_document(
                document["earlier_start"], self._context, self._problems_before
            )
            start.position.files_done = done - 1
            self._earlier_start = start

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding all the time, also while there is nothing to do."""
        self._context.kernels.prepare(keeps_time=self._context.keeps_time)
        yield from self._context.kernels.load()
        if self._start.order is not ReadingOrder.STORED:
            # Rows may have come in between those that it had read in the order of time.
            self._go_back_to_file_start(self._start.order)
        while (file := (yield from self._next_file())) is not None:
            yield from self._follow(file)
        self._report_left_days()
        if self._context.sink is not None:
            self._context.sink.reach(END_OF_TIME_MS)

    def _next_file(self) -> Generator[None, None, DayFile | None]:
        """Wait for the next file with rows, or with one behind it; None when the range is over."""
        while True:
            self._days.look()
            done = self._context.position.files_done
            if done < len(self._files):
                file = self._files[done]
                is_begun = not self._start.is_at_start or self._days.has_rows(file)
                if is_begun or self._days.is_begun_after(done):
                    self._following.waits_for = None
                    self._following.is_live = False
                    return file
            elif self._has_ended or self._is_over(time.monotonic() - self._began_s):
                return None
            if self._following.waits_for is None:
                self._wait_for(done)
            yield from self._pause()

    def _wait_for(self, done: int) -> None:
        is_there = done < len(self._files)
        name = self._files[done].path.name if is_there else self._days.next_name()
        self._following.waits_for = name
        self._following.is_live = True
        logger.info("waiting for %s", name if not is_there else f"rows in {name}")

    def _follow(self, file: DayFile) -> Iterator[None]:
        """Bring in `file` and what comes, until it is left or the day before has got more rows."""
        self._context.position.file = file
        watch = Watch(file.path)
        if self._start.is_at_start:
            yield from self._read_whole(file)
        else:
            self._read_on(file, self._start)
        self._next_look_s = self._newest_row_s = float("-inf")
        while True:
            yield from self._bring_in_news(file, watch)
            if self._has_day_before_grown():
                self._go_back_to_day_before()
                return
            is_leaving = self._may_leave(self._silent_s(watch))
            if self._again_as is not None and (is_leaving or time.monotonic() >= self._again_s):
                yield from self._read_again(file, self._again_as)
            elif is_leaving:
                self._leave(file, self._silent_s(watch))
                return
            else:
                self._tell_live(file)
                yield from self._pause()

    def _bring_in_news(self, file: DayFile, watch: Watch) -> Iterator[None]:
        """Bring in what is new, if there is a sign of it or it is time to look all the same."""
        now_s, inode = time.monotonic(), watch.inode
        has_changed = watch.has_changed(now_s)
        if has_changed and None not in (inode, watch.inode) and inode != watch.inode:
            self._break_off(file, "it is another file now")
        tail = self._tail
        if tail is None:
            if has_changed and inode is not None:
                self._again_as = self._again_as or ReadingOrder.STORED
            return
        if not has_changed and now_s < self._next_look_s:
            return
        self._next_look_s = now_s + LOOK_SECONDS
        before = tail.progress
        try:
            yield from tail.read()
            while tail.has_more:
                yield from tail.read()
        except NotInPlaceError as error:
            logger.debug("%s cannot be read in place just now: %s", file.path.name, error)
            if watch.inode is not None:  # what was read of one that is away stays
                self._again_as = self._again_as or ReadingOrder.STORED
            self._next_look_s = float("inf")
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, reading the file from its start will tell
            self._break_off(file, str(error))
            return
        if tail.progress != before:
            self._newest_row_s = time.monotonic()
        self._has_passed_range = tail.has_passed_range
        self._following.late_rows = self._late_before + tail.late_rows
        # One that could not be read in place can be again.
        self._again_as = ReadingOrder.BY_TIME if self._following.late_rows else None

    def _break_off(self, file: DayFile, reason: str) -> None:
        """Give the tail up for this file: it is read from its start at once, and when it grows."""
        logger.info("%s: %s: reading it again from its start", file.path.name, reason)
        self._tail, self._unfit_day = None, file.day
        self._again_as, self._again_s = ReadingOrder.STORED, float("-inf")

    def _silent_s(self, watch: Watch) -> float:
        """Return for how long no row has come; the file may have been written to all the same."""
        now_s = time.monotonic()
        since_row_s = now_s - self._newest_row_s if self._newest_row_s > float("-inf") else 0.0
        return max(watch.silent_s(now_s), since_row_s)

    def _read_again(self, file: DayFile, order: ReadingOrder) -> Iterator[None]:
        """Read all that is in `file` by now, in the place of what was read of it."""
        began_s = time.monotonic()
        if self._told_again_day != file.day:
            self._told_again_day = file.day
            logger.info("reading %s again, %s, and whenever it has to be", file.path.name, order)
        self._following.is_reading_again = True
        self._go_back_to_file_start(order)
        yield from self._read_whole(file)
        self._following.is_reading_again = False
        now_s = time.monotonic()
        rest_s = max(_REST_FOR_EACH_AGAIN * (now_s - began_s), LEAST_REST_SECONDS)
        self._again_s = now_s + rest_s

    def _read_whole(self, file: DayFile) -> Iterator[None]:
        yield from self._replay(file)
        self._again_as = self._tail = None
        self._following.late_rows = self._late_before = 0
        self._newest_row_s = time.monotonic()
        whole = self._whole
        if whole is None:  # it could not be read
            return
        self._has_passed_range = whole.has_passed_range
        if whole.stored_progress is not None and file.day != self._unfit_day:
            self._read_on(file, whole.stored_progress)

    def _read_on(self, file: DayFile, start: FileProgress) -> None:
        has_passed = self._has_passed_range
        self._tail = FileTail(file, self._context, start, has_passed_range=has_passed)
        self._current = self._tail

    def _go_back_to_file_start(self, order: ReadingOrder) -> None:
        start = self._file_start or self._take_file_start()
        start.put_back(self._context)
        self._forget_file(order)

    def _forget_file(self, order: ReadingOrder = ReadingOrder.STORED) -> None:
        self._current = self._tail = self._again_as = None
        self._has_passed_range = False
        self._start = FileProgress(order)
        self._file_start = self._file_start_document = None

    def _has_day_before_grown(self) -> bool:
        done = self._context.position.files_done
        if self._earlier_start is None or time.monotonic() < self._again_s:
            return False
        return self._left.has_grown_lately(self._files[done - 1])

    def _go_back_to_day_before(self) -> None:
        earlier = self._earlier_start
        assert earlier is not None
        self._go_back_to_file_start(ReadingOrder.BY_TIME)
        earlier.put_back(self._context)
        self._earlier_start = None
        self._following.is_reading_again = True
        file = self._files[self._context.position.files_done]
        self._left.come_back_to(file)
        logger.info("%s has got more rows after it was left: reading it again", file.path.name)

    def _may_leave(self, silent_s: float) -> bool:
        """Say whether nothing more is expected in the file, as far as can be known."""
        if silent_s < LEAVE_SECONDS:
            return False
        self._days.look()
        return self._days.is_begun_after(self._context.position.files_done) or self._is_over(
            silent_s
        )

    def _is_over(self, silent_s: float) -> bool:
        """Say whether the recording has come to the end of the range."""
        time_range = self._context.job.time_range
        if time_range.is_open:
            return False
        if self._has_passed_range or self._days.is_past_range():
            return True
        return silent_s >= OVER_SECONDS and time.time() * 1000 >= time_range.to_ms

    def _leave(self, file: DayFile, silent_s: float) -> None:
        self._has_ended = self._is_over(silent_s)
        progress = self._tail.progress if self._tail is not None else None
        ends = (progress.book.row_id, progress.trades.row_id) if progress else ends_of(file.path)
        if ends is not None:
            self._left.leave(file, ends)
        self._earlier_start = self._file_start or self._take_file_start()
        self._context.position.files_done += 1
        self._forget_file()

    def _report_left_days(self) -> None:
        for file in self._files:
            if self._left.has_grown(file):
                problem = "it has got more rows after it was left: --fresh reads them"
                self._context.quality.report_file(file.path, problem)

    def _tell_live(self, file: DayFile) -> None:
        self._following.is_reading_again = False
        if not self._following.is_live:
            self._following.is_live = True
            logger.info("following %s", file.path.name)

    def _pause(self) -> Iterator[None]:
        time.sleep(POLL_SECONDS)
        yield
