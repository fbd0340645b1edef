"""Decode the documents that processes leave for each other, types and all."""

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_regular

Record = TypeVar("Record")

MAX_BYTES = 64_000_000
"""No document of ours comes near this; one that does is not read at all."""


def read_document(path: Path, kind: type[Record]) -> Record:
    """Return the `kind` that `path` holds.

    Raises FileNotFoundError when there is no such file, and BrokenFileError when it cannot be
    read or `decode_document` refuses it.
    """
    try:
        content = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BrokenFileError(path, f"expected one JSON document, found: {error}") from error
    return decode_document(path, content, kind)


def decode_document(path: Path, content: bytes, kind: type[Record]) -> Record:
    """Return the `kind`, a dataclass or what is made of such, that `content` of `path` is.

    Fields that this version does not know are passed over. Raises BrokenFileError when it is no
    JSON, or a field is missing or of another type.
    """
    if len(content) > MAX_BYTES:
        raise BrokenFileError(path, f"expected at most {MAX_BYTES:,} bytes, found more")
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenFileError(path, f"expected {_named(kind)}, found: {error}") from error


def _named(kind: type[object]) -> str:
    name = getattr(kind, "__name__", str(kind))
    return f"a {re.sub('(?<=[a-z])(?=[A-Z])', ' ', name).lower()}"
