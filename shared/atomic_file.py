"""Replace and read whole JSON files, so that no reader ever sees half of one."""

import contextlib
import os
from pathlib import Path
from typing import Any

import orjson

from shared.errors import BrokenFileError, RunDirectoryError


def replace_file(path: Path, content: bytes, *, is_durable: bool = False) -> None:
    """Replace `path` by `content` in one step.

    The bytes go to a hidden file in the same folder first and are renamed over the target, so a
    reader sees the old document or the new one. With `is_durable` both the file and the folder
    are synced, so that the new document also survives a power loss; that costs milliseconds.

    Raises RunDirectoryError when the folder cannot be written; the target is then unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
        if is_durable:
            _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise RunDirectoryError(path, error.strerror or str(error)) from error


def write_json(path: Path, document: Any) -> None:
    """Replace `path` by `document` as compact JSON; NaN and infinity become null."""
    replace_file(path, orjson.dumps(document))


def read_json(path: Path) -> Any:
    """Return the document in `path`.

    Raises FileNotFoundError when there is no such file and BrokenFileError when it cannot be
    read or is not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, orjson.JSONDecodeError) as error:
        raise BrokenFileError(path, f"expected one JSON document, found: {error}") from error


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
