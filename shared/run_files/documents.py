"""Decode the documents that processes leave for each other, types and all."""

import os
import re
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
        with path.open("rb", buffering=0) as file:
            # Its size is asked for first: `read` with a limit makes room for all of that.
            is_too_long = os.fstat(file.fileno()).st_size > MAX_BYTES
            content = b"" if is_too_long else file.readall()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BrokenFileError(path, f"expected one JSON document, found: {error}") from error
    if is_too_long:
        raise BrokenFileError(path, f"expected at most {MAX_BYTES:,} bytes, found more")
    return content


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
