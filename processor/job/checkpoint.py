"""Keep the newest checkpoint of a job and the one before it, each whole or not at all."""

import hashlib
import logging
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson

from processor.job.identity import FileIdentity, JobIdentity
from shared.errors import BrokenFileError
from shared.run_files.atomic_file import remove_leftovers, replace_file
from shared.run_files.documents import decode_document, read_content
from shared.run_files.earlier_run import set_aside
from shared.run_files.numbers import Count
from shared.run_files.processor_status import FileProblem, RowName
from shared.run_files.run_directory import RunDirectory

logger = logging.getLogger(__name__)

FORMAT = 4
"""Raised whenever older code could not read, or would misread, what is written."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that is needed to go on, as if nothing had happened.

    `files` are the day files used so far, the newest last; `replay` is the replay's own document:
    positions, book, bars and sums. `commit` is the sink's that belongs to it, 0 for none.
    `has_begun_anew` says that an earlier checkpoint of this run was given up because the run
    failed on from it.
    """

    job: JobIdentity
    files: tuple[FileIdentity, ...]
    replay: dict[str, Any]
    run_id: str
    skipped: dict[str, Count] = field(default_factory=dict)
    file_problems: tuple[FileProblem, ...] = ()
    poison_rows: tuple[RowName, ...] = ()
    commit: Count = 0
    has_begun_anew: bool = False


_FIELDS = tuple(each.name for each in fields(Checkpoint))


@dataclass(frozen=True, slots=True)
class CheckpointHeader:
    """The first line of a checkpoint's file: the format of the rest, and its checksum."""

    format: int
    blake2b: str


class CheckpointStore:
    """The two checkpoint files of a run directory."""

    def __init__(self, run_directory: RunDirectory) -> None:
        self._newest = run_directory.checkpoint
        self._previous = run_directory.previous_checkpoint
        remove_leftovers(self._newest)

    def save(self, checkpoint: Checkpoint) -> int:
        """Make `checkpoint` the newest, keep the one before, and return its size in bytes.

        Both the file and its folder are synced: a job's hours of work are worth the milliseconds.
        Raises RunDirectoryError when it cannot be written; what was there is then still there.
        """
        content = encode(checkpoint)
        replace_file(self._newest, content, is_durable=True, keep_as=self._previous)
        return len(content)

    def load(self) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, or None; what is wrong is logged."""
        for path in (self._newest, self._previous):
            try:
                return decode(path, read_content(path))
            except FileNotFoundError:
                continue
            except BrokenFileError as error:
                logger.warning("checkpoint set aside: %s", error)
                set_aside(path)
        return None

    def discard(self, reason: str) -> None:
        """Set both checkpoints aside, and say why if there was one."""
        was_there = [set_aside(path) for path in (self._newest, self._previous)]
        if any(was_there):
            logger.info("earlier checkpoint set aside: %s", reason)


def encode(checkpoint: Checkpoint) -> bytes:
    """Return a line with format and checksum, then the checkpoint as JSON."""
    payload = orjson.dumps({name: getattr(checkpoint, name) for name in _FIELDS})
    header = orjson.dumps(CheckpointHeader(FORMAT, _checksum(payload)))
    return header + b"\n" + payload


def decode(path: Path, content: bytes) -> Checkpoint:
    """Return the checkpoint in `content`, read from `path`.

    Raises BrokenFileError when it is damaged or of another format.
    """
    first_line, _, payload = content.partition(b"\n")
    header = decode_document(path, first_line, CheckpointHeader)
    if header.format != FORMAT:
        raise BrokenFileError(path, f"expected format {FORMAT}, found {header.format}")
    if header.blake2b != _checksum(payload):
        raise BrokenFileError(path, "expected the checksum in its first line, found another")
    return decode_document(path, payload, Checkpoint)


def _checksum(payload: bytes) -> str:
    return hashlib.blake2b(payload, digest_size=16).hexdigest()
