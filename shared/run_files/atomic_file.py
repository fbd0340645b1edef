"""Replace and read whole JSON files, so that no reader ever sees half of one."""

import contextlib
import glob
import os
from pathlib import Path
from typing import Any

import orjson
import psutil

from shared.errors import RunDirectoryError
from shared.run_files.documents import parse_json, read_content


def replace_file(
    path: Path, content: bytes, *, is_durable: bool = False, keep_as: Path | None = None
) -> None:
    """Replace `path` by `content` in one step.

    The bytes go to a hidden file in the same folder first and are renamed over the target, so a
    reader sees the old document or the new one. With `is_durable` both the file and the folder
    are synced, so that the new document also survives a power loss; that costs milliseconds.
    The document that was there is kept under the name `keep_as`, if that is given; between the
    two renames only that one exists.

    Raises RunDirectoryError when the folder cannot be written; the target is then unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        if keep_as is not None:
            with contextlib.suppress(FileNotFoundError):
                path.replace(keep_as)
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
    return parse_json(path, read_content(path))


def remove_leftovers(*paths: Path) -> None:
    """Delete what killed processes left of documents that were to replace one of `paths`."""
    for path in paths:
        for temporary in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            pid = temporary.name.removesuffix(".tmp").rpartition(".")[2]
            if pid.isdecimal() and int(pid) != os.getpid() and not psutil.pid_exists(int(pid)):
                with contextlib.suppress(OSError):
                    temporary.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
