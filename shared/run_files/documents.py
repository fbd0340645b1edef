"""Decode the documents that processes leave for each other, types and all."""

import errno
import os
import re
import stat
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson

from shared.errors import BrokenFileError

Record = TypeVar("Record")

MAX_BYTES = 64_000_000
"""No document of ours comes near this; one that does is not read at all."""

_MAX_FOUND = 200
"""What was found may be as long as the document; this much of it tells what it was."""


def read_document(path: Path, kind: type[Record]) -> Record:
    """Return the `kind` that `path` holds.

    Raises FileNotFoundError when there is no such file, and BrokenFileError when it cannot be
    read or `decode_document` refuses it.
    """
    return decode_document(path, read_content(path), kind)


def read_content(path: Path) -> bytes:
    """Return the bytes in `path`, a document yet to be decoded.

    Raises FileNotFoundError when there is no such file, and BrokenFileError when it cannot be
    read or is longer than any document of ours.
    """
    try:
        content = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BrokenFileError(path, f"expected one JSON document, found: {error}") from error
    if len(content) > MAX_BYTES:
        raise BrokenFileError(path, f"expected at most {MAX_BYTES:,} bytes, found more")
    return content


def read_regular(path: Path, most_bytes: int = -1) -> bytes:
    """Return the bytes in `path`, or the first of them; raise OSError when it is no file.

    Nobody is waited for: to open somebody's FIFO in place of a file would take for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "expected a file, found something else", str(path))
        if most_bytes >= 0:  # `read` with a limit makes room for all of that
            most_bytes = min(most_bytes, found.st_size + 1)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most_bytes)
    finally:
        os.close(descriptor)


def decode_document(path: Path, content: bytes, kind: type[Record]) -> Record:
    """Return the `kind`, a dataclass or what is made of such, that `content` of `path` is.

    Fields that this version does not know are passed over. Raises BrokenFileError when it is no
    JSON, or a field is missing or of another type.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = f"{error!s:.{_MAX_FOUND}}"
        raise BrokenFileError(path, f"expected {_named(kind)}, found: {found}") from error


def parse_json(path: Path, content: bytes) -> Any:
    """Return the document of any form that `content` of `path` is.

    For what is checked elsewhere, faster than here. Raises BrokenFileError when it is no JSON.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BrokenFileError(path, f"expected one JSON document, found: {error}") from error


def _named(kind: type[object]) -> str:
    name = getattr(kind, "__name__", str(kind))
    return f"a {re.sub('(?<=[a-z])(?=[A-Z])', ' ', name).lower()}"
