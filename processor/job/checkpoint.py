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
from shared.run_files.earlier_run import set_aside
from shared.run_files.processor_status import FileProblem, RowName
from shared.run_files.run_directory import RunDirectory

logger = logging.getLogger(__name__)

FORMAT = 2
"""Raised whenever older code could not read, or would misread, what is written."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that is needed to go on, as if nothing had happened.

    `files` are the day files used so far, the newest last; `replay` is the replay's own document:
    positions, book, bars and sums. `commit` is the sink's that belongs to it, 0 for none.
    """

    job: JobIdentity
    files: tuple[FileIdentity, ...]
    replay: dict[str, Any]
    run_id: str
    skipped: dict[str, int] = field(default_factory=dict)
    file_problems: tuple[FileProblem, ...] = ()
    poison_rows: tuple[RowName, ...] = ()
    commit: int = 0


_FIELDS = tuple(each.name for each in fields(Checkpoint))


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
                return decode(path, path.read_bytes())
            except FileNotFoundError:
                continue
            except (OSError, BrokenFileError) as error:
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
    header = orjson.dumps({"format": FORMAT, "blake2b": _checksum(payload)})
    return header + b"\n" + payload


def decode(path: Path, content: bytes) -> Checkpoint:
    """Return the checkpoint in `content`, read from `path`.

    Raises BrokenFileError when it is damaged or of another format.
    """
    header, _, payload = content.partition(b"\n")
    try:
        found = orjson.loads(header)
        if found["format"] != FORMAT:
            raise BrokenFileError(path, f"expected format {FORMAT}, found {found['format']}")
        if found["blake2b"] != _checksum(payload):
            raise BrokenFileError(path, "expected the checksum in its first line, found another")
        document = orjson.loads(payload)
        return Checkpoint(
            job=JobIdentity(**document["job"]),
            files=tuple(FileIdentity(**file) for file in document["files"]),
            replay=document["replay"],
            run_id=document["run_id"],
            skipped=document["skipped"],
            file_problems=tuple(FileProblem(**each) for each in document["file_problems"]),
            poison_rows=tuple(RowName(**each) for each in document["poison_rows"]),
            commit=document.get("commit", 0),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenFileError(path, f"expected a checkpoint, found {error!r}") from error


def _checksum(payload: bytes) -> str:
    return hashlib.blake2b(payload, digest_size=16).hexdigest()
