"""Puts rows into day files, under ids made of the rows, so that no order of files matters.

A trade whose id is a whole number has that as the row's id; any other row has its time in
milliseconds times `PLACES`, plus its place among the file's rows of that millisecond. SQLite keeps
rows in the order of their ids: that is the sort, whatever the size of a file and its order. A row
that is there already is found under its id, and left out when it is the same: an import that was
killed, or is run twice, or whose files overlap, ends in the same content.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import Any

from recorder.importers.archives.problems import RefusedError
from recorder.importers.placing.batches import Batch, BookBatch, TradeBatch
from recorder.importers.placing.id_ranges import IdRanges
from recorder.importers.placing.outcome import Outcome, Reason
from shared.clock import MS_PER_DAY
from shared.recordings.day_files import path_of_day
from shared.recordings.writing.growing_file import Commits, GrowingFile

PLACES = 4096
"""Ids of rows without a number of their own: 4096 to a millisecond, and exact as floats, too."""

MOST_OPEN = 24
"""Day files open at once, each with a few megabytes of SQLite's cache."""

_MOST_MOMENTS = 200_000
_Day = tuple[str, int]
_Row = tuple[Any, ...]


class Placer:
    """The rows of one file on their way into `out_dir`.

    `source_of` tells whose rows those of a table are. Nothing is kept before `commit`, so that a
    file found damaged at its end leaves nothing behind; only where it touches more day files than
    can be open, `before_early_commit` is called first, once, and raises when the file cannot be
    trusted.
    """

    def __init__(
        self,
        out_dir: Path,
        outcome: Outcome,
        before_early_commit: Callable[[], None],
    ) -> None:
        self._out_dir = out_dir
        self.source_of: Callable[[str], str] = lambda _: "unknown"
        self.has_committed = False
        self._outcome = outcome
        self._before_early_commit = before_early_commit
        self._is_trusted = False
        self._files: OrderedDict[_Day, GrowingFile] = OrderedDict()
        self._claimed: set[tuple[_Day, str]] = set()
        self._places: dict[tuple[str, str], dict[int, int]] = {}
        self._ranges: dict[str, IdRanges] = {}

    def place(self, batch: Batch) -> None:
        """Put the rows of `batch` where they belong.

        Raises OtherSourceError, CannotWriteError and AlreadyWrittenError of the day files.
        """
        if isinstance(batch, BookBatch):
            if batch.rows:
                self._place_book(batch)
        elif batch.times_ms:
            self._place_trades(batch)

    def note_ids(self, batch: TradeBatch) -> None:
        """Have the ids of `batch`, of a format that counts without holes, looked at for gaps."""
        if batch.ids is not None:
            self._ranges.setdefault(batch.instrument, IdRanges()).add(batch.ids)

    def commit(self) -> None:
        """Keep all, and tell the outcome how many ids of trades are missing in between."""
        gaps = [ranges.gaps for ranges in self._ranges.values()]
        if gaps and None not in gaps:
            self._outcome.gaps = (self._outcome.gaps or 0) + sum(gap or 0 for gap in gaps)
        self._ranges.clear()
        for file in self._files.values():
            file.commit()
            self.has_committed = True
        self.close()

    def close(self) -> None:
        """Let go of the files; what is not committed is forgotten, files without rows go."""
        while self._files:
            _, file = self._files.popitem()
            file.rollback()
            is_void = file.is_void()
            file.close()
            if is_void:
                with suppress(OSError):
                    file.path.unlink()

    def _place_trades(self, batch: TradeBatch) -> None:
        times = batch.times_ms
        ids = batch.ids
        if ids is None:
            key = (batch.instrument, "trades")
            ids = self._placed_ids(key, times, batch.is_newest_first)

        def rows() -> Iterator[_Row]:
            return zip(
                ids, repeat(batch.instrument), batch.trade_ids, batch.prices, batch.sizes,
                batch.sides, batch.time_texts or map(str, times),
            )  # fmt: skip

        self._add(batch, rows, times)

    def _place_book(self, batch: BookBatch) -> None:
        rows = batch.rows
        times = [row.timestamp_ms for row in rows]
        ids = self._placed_ids((batch.instrument, "book"), times)

        def made() -> Iterator[_Row]:
            name = batch.instrument
            for number, row in zip(ids, rows, strict=True):
                yield number, name, row.bids, row.asks, str(row.timestamp_ms), *row[3:]

        self._add(batch, made, times)

    def _add(
        self,
        batch: Batch,
        rows: Callable[[], Iterator[_Row]],
        times: Sequence[int],
    ) -> None:
        """Add rows to the days they are of; they are made as they are taken, and mostly once."""
        table = _table_of(batch)
        days = _days_of(times)
        for day in days:
            count = len(times)
            of_day = rows
            if len(days) > 1:
                chosen = [row for row, time in zip(rows(), times, strict=True)
                          if time // MS_PER_DAY == day]  # fmt: skip
                count = len(chosen)
                of_day = chosen.__iter__
            if not count:
                continue
            file = self._file((batch.instrument, day), table)
            written = file.add(table, of_day(), count)
            if written < count:
                written += self._settle(file, list(of_day()), written, batch)
            self._outcome.rows_written += written
            self._outcome.days.add(day)
        self._outcome.instruments.add(batch.instrument)

    def _settle(self, file: GrowingFile, rows: Sequence[_Row], written: int, batch: Batch) -> int:
        """Account for the rows whose ids were there; return how many were added after all.

        The same content is a duplicate. Another one gets an id after all of its millisecond, or,
        under an id of the exchange's, is told.
        """
        table = _table_of(batch)
        added = others = 0
        # Where ids lie close, all of them at once; else one by one.
        most = 2 * len(rows)
        near = file.rows_by_id(
            table, min(row[0] for row in rows), max(row[0] for row in rows), most
        )
        there = {stored[0]: stored for stored in near} if len(near) < most else {}
        for row in rows:
            stored = there.get(row[0]) or file.rows_by_id(table, row[0], row[0])[0]
            if stored == row:
                continue
            others += 1
            if isinstance(batch, TradeBatch) and batch.ids is not None:
                line = batch.lines[batch.ids.index(row[0])]
                example = f"id {row[0]}: {row[3:6]}, was {stored[3:6]}"
                self._outcome.skip(Reason.OTHER_CONTENT, line, example=example)
                continue
            first = row[0] // PLACES * PLACES
            of_moment = file.rows_by_id(table, first, first + PLACES - 1)
            if any(one[1:] == row[1:] for one in of_moment):
                self._outcome.duplicates += 1
                continue
            free = int(of_moment[-1][0])
            while file.rows_by_id(table, free, free):
                free += 1
            added += file.add(table, [(free, *row[1:])], 1)
        self._outcome.duplicates += len(rows) - written - others
        return added

    def _placed_ids(
        self, key: tuple[str, str], times: Sequence[int], is_newest_first: bool = False
    ) -> list[int]:
        places = self._places.setdefault(key, {})
        ids = []
        for time_ms in times:
            place = places.get(time_ms, 0)
            places[time_ms] = place + 1
            ids.append(time_ms * PLACES + (PLACES - 1 - place if is_newest_first else place))
        if len(places) > _MOST_MOMENTS:
            for moment in list(places)[: _MOST_MOMENTS // 2]:
                del places[moment]
        return ids

    def _file(self, day: _Day, table: str) -> GrowingFile:
        file = self._files.get(day)
        if file is None:
            if len(self._files) >= MOST_OPEN:
                self._commit_oldest()
            if any(letter in day[0] for letter in "/\\\0"):
                raise RefusedError(f"its instrument {day[0]!r} cannot be part of a file's name")
            path = path_of_day(self._out_dir, *day)
            file = self._files[day] = GrowingFile(path, day[0], Commits.RARELY)
        self._files.move_to_end(day)
        if (day, table) not in self._claimed:
            file.claim(table, self.source_of(table))
            self._claimed.add((day, table))
        return file

    def _commit_oldest(self) -> None:
        if not self._is_trusted:
            self._before_early_commit()
            self._is_trusted = True
        _, file = self._files.popitem(last=False)
        file.commit()
        self.has_committed = True
        file.close()


def _table_of(batch: Batch) -> str:
    return "book" if isinstance(batch, BookBatch) else "trades"


def _days_of(times: Sequence[int]) -> list[int]:
    first, last = min(times) // MS_PER_DAY, max(times) // MS_PER_DAY
    return [first] if first == last else sorted({time // MS_PER_DAY for time in times})
