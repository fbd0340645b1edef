"""Import one file after the other: check, recognise, read, place, and give an account of each."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from recorder.importers.archives.checksum import check_sum
from recorder.importers.archives.lines import Block, blocks
from recorder.importers.archives.members import Member, opened
from recorder.importers.archives.problems import DamagedError, RefusedError
from recorder.importers.formats.reader import Asked, Head, Reader
from recorder.importers.parquet import parquet_reader
from recorder.importers.placing.batches import TradeBatch
from recorder.importers.placing.outcome import Outcome
from recorder.importers.placing.placer import Placer
from recorder.importers.recognised import HEAD_BYTES, PARQUET_MAGIC, recognised
from shared.errors import CannotWriteError, MissingLibraryError
from shared.recordings.problems import UnusableFileError

logger = logging.getLogger(__name__)

Show = Callable[[int], object]
"""Told how many more bytes are read."""


class Importer:
    """Imports files into `out_dir`, each wholly or not at all.

    A damaged one leaves nothing behind, unless `keeps_damaged`: then what came before the damage.
    """

    def __init__(self, out_dir: Path, asked: Asked, keeps_damaged: bool = False) -> None:
        self._out_dir = out_dir
        self._asked = asked
        self._keeps_damaged = keeps_damaged

    def run(self, path: Path, show: Show = lambda _: None) -> Outcome:
        """Import the file at `path`; whatever is wrong with it is told in the outcome.

        Raises CannotWriteError, AlreadyWrittenError and MissingLibraryError.
        """
        outcome = Outcome(path)
        try:
            outcome.is_checked = path.is_file() and check_sum(path, lambda _: None)
            self._import(path, outcome, show)
        except DamagedError as error:
            kept = outcome.rows_written + outcome.duplicates
            outcome.refusal = f"{error}; kept: the {kept:,} rows before" if kept else str(error)
        except UnusableFileError as error:
            outcome.refusal = str(error)
        except sqlite3.Error as error:
            raise CannotWriteError(self._out_dir, str(error)) from error
        except OSError as error:
            outcome.refusal = f"it cannot be read: {error.strerror or error}"
        return outcome

    def _import(self, path: Path, outcome: Outcome, show: Show) -> None:
        placer = Placer(self._out_dir, outcome, lambda: check_whole(path))
        try:
            for reader, lines in self._texts(path, outcome, show):
                placer.source_of = reader.source_of
                for batch in reader.read(lines, outcome):
                    if reader.has_counted_ids and isinstance(batch, TradeBatch):
                        placer.note_ids(batch)
                    placer.place(batch)
            placer.commit()
        except DamagedError:
            if self._keeps_damaged:
                placer.commit()
            elif not placer.has_committed:
                outcome.forget_rows()
            raise
        except UnusableFileError:
            if not placer.has_committed:
                outcome.forget_rows()
            raise
        finally:
            placer.close()

    def _texts(
        self, path: Path, outcome: Outcome, show: Show
    ) -> Iterator[tuple[Reader, Iterator[Block]]]:
        """Yield each text in the file at `path` with who reads it."""
        if self._asked.format == "parquet" or _is_parquet(path):
            records = parquet_reader(path, self._asked, _pyarrow())
            outcome.format = records.format
            yield records, iter(())
            return
        formats: list[str] = []
        with opened(path) as source:
            shown = 0

            def show_position() -> None:
                nonlocal shown
                show(source.position - shown)
                shown = source.position

            for member in source.members:
                head, pieces = _head_of(member)
                try:
                    found = recognised(head, self._asked)
                except RefusedError as error:
                    where = "" if member.name in path.name else f"{member.name}: "
                    raise RefusedError(f"{where}{error}") from error
                formats.append(found.format)
                outcome.format = ", ".join(dict.fromkeys(formats))
                yield found, _watched(blocks(pieces, member.name), show_position)
        if not formats:
            raise RefusedError("it is an archive with nothing in it")


def check_whole(path: Path) -> None:
    """Read all of the file at `path`; raise DamagedError or RefusedError when it is not whole."""
    logger.info("%s touches many days: all of it is checked before the first is written", path)
    with opened(path) as source:
        for member in source.members:
            for _ in member.pieces:
                pass


def bytes_of(paths: Sequence[Path]) -> int:
    """Return how much there is to read."""
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size
    return total


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ModuleNotFoundError as error:
        raise MissingLibraryError("pyarrow") from error


def _head_of(member: Member) -> tuple[Head, Iterator[bytes]]:
    """Return the beginning of a text, and all of it."""
    first: list[bytes] = []
    size = 0
    damage: DamagedError | None = None
    while size < HEAD_BYTES:
        try:
            piece = next(member.pieces, b"")
        except DamagedError as error:
            damage = error
            break
        if not piece:
            break
        first.append(piece)
        size += len(piece)
    data = b"".join(first)
    if not data:
        raise damage or RefusedError("it is empty: expected lines, found none")

    def pieces() -> Iterator[bytes]:
        yield data
        if damage is not None:
            raise damage
        yield from member.pieces

    return Head(member.name, data[: 4 * HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")), pieces()


def _watched(lines: Iterator[Block], show: Callable[[], object]) -> Iterator[Block]:
    for block in lines:
        yield block
        show()


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == PARQUET_MAGIC
    except OSError:
        return False
