"""Look at the published files and say which have changed since the last look."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

import orjson

from shared.clock import LAST_MS

MAX_PARSED_BYTES = 8_000_000
"""Larger documents are reported, not parsed: the loop must not stand still for one of them."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells one version of a file from the next."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A new version of a published file.

    `newest_ms` is the newest bar's time, or the data time of a status; `bars` the length of an
    array. `fault` says why the file is no JSON document; `is_gone` that it was deleted.
    """

    name: str
    size_bytes: int = 0
    age_s: float = 0.0
    bars: int | None = None
    newest_ms: int | None = None
    fault: str | None = None
    is_gone: bool = False


class PublishedFiles:
    """The JSON files of one folder, compared by inode, size and modification time.

    Hidden files are somebody's temporary ones. Call `changes` as often as you like: each version
    is reported once, whichever event, timer or chance led to the look.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, Signature] = {}

    def changes(self) -> list[FileVersion]:
        """Return the files that are new, changed or gone since the last call, by name."""
        found = []
        names = self._names()
        for name in sorted(names):
            version = self._look_at(name)
            if version is not None:
                found.append(version)
        for name in sorted(self._seen.keys() - names):
            del self._seen[name]
            found.append(FileVersion(_as_text(name), is_gone=True))
        return found

    def _names(self) -> set[str]:
        try:
            with os.scandir(self._folder) as entries:
                return {
                    entry.name
                    for entry in entries
                    if entry.name.endswith(".json") and not entry.name.startswith(".")
                }
        except OSError:
            return set()

    def _look_at(self, name: str) -> FileVersion | None:
        path = self._folder / name
        try:
            stat = path.stat()
            # Opening anything but a file may wait for ever.
            if not S_ISREG(stat.st_mode) or _signature(stat) == self._seen.get(name):
                return None
            with path.open("rb") as file:
                # Of the open file: the name may belong to the next version already.
                stat = os.fstat(file.fileno())
                content = file.read(MAX_PARSED_BYTES + 1)
        except OSError:
            return None  # replaced or deleted in between: the next look settles it
        signature = _signature(stat)
        if signature == self._seen.get(name):
            return None
        self._seen[name] = signature
        age_s = round(max(0.0, time.time() - stat.st_mtime), 3)
        return _describe(_as_text(name), content, stat.st_size, age_s)


def _signature(stat: os.stat_result) -> Signature:
    return Signature(stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _describe(name: str, content: bytes, size: int, age_s: float) -> FileVersion:
    if len(content) > MAX_PARSED_BYTES:
        return FileVersion(name, size, age_s)
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return FileVersion(name, size, age_s, fault=f"expected one JSON document: {error}")
    return FileVersion(
        name,
        size,
        age_s,
        bars=len(document) if isinstance(document, list) else None,
        newest_ms=_newest_ms(document),
    )


def _newest_ms(document: Any) -> int | None:
    match document:
        case [*_, [newest, *_]] | {"data_time_ms": newest}:
            is_moment = type(newest) is int and 0 <= newest <= LAST_MS
            return newest if is_moment else None
        case _:
            return None


def _as_text(name: str) -> str:
    # A file name is bytes to the system, and need not be text.
    return os.fsencode(name).decode("utf-8", "replace")
