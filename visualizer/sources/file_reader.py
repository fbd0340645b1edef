"""Read a JSON file again only when it changed, and keep its last good content."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from shared.errors import BrokenFileError

logger = logging.getLogger(__name__)

Content = TypeVar("Content")
Signature = tuple[int, int, int]

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reading(Generic[Content]):
    """What is known of a file.

    `content` is the last good one, None before the first; `changed_ms` is when that was written,
    epoch ms. `problem` says why the file on disk cannot be used, None while it can or while there
    has not been one yet.
    """

    content: Content | None = None
    changed_ms: int | None = None
    problem: str | None = None


class FileReader(Generic[Content]):
    """One file, decoded by `decode`, which raises FileNotFoundError or BrokenFileError.

    A replaced file has another inode, size or time, so one `stat` a poll is all that an unchanged
    file costs. A file that breaks is warned about once, and once more told of when it is good
    again.
    """

    def __init__(self, path: Path, decode: Callable[[Path], Content]) -> None:
        self._path = path
        self._decode = decode
        self._signature: Signature | None = None
        self._reading: Reading[Content] = Reading()

    def read(self) -> Reading[Content]:
        """Return the newest reading; the same object as before when nothing changed."""
        try:
            signature, changed_ms = _stat(self._path)
            if signature == self._signature:
                return self._reading
            content = self._decode(self._path)
        except FileNotFoundError:
            if self._reading.content is not None:
                self._keep_last_good(None, MISSING)
        except BrokenFileError as error:
            self._keep_last_good(signature, str(error).removeprefix(f"{self._path}: "))
        except OSError as error:
            self._keep_last_good(None, error.strerror or str(error))
        else:
            if self._reading.problem is not None:
                logger.info("%s can be read again", self._path)
            self._signature = signature
            self._reading = Reading(content, changed_ms)
        return self._reading

    def _keep_last_good(self, signature: Signature | None, problem: str) -> None:
        self._signature = signature
        if problem == self._reading.problem:
            return
        logger.warning("%s: %s; the last good values stay", self._path, problem)
        self._reading = Reading(self._reading.content, self._reading.changed_ms, problem)


def _stat(path: Path) -> tuple[Signature, int]:
    status = path.stat()
    return (status.st_ino, status.st_size, status.st_mtime_ns), status.st_mtime_ns // 1_000_000
