"""A folder of our own for a while, which goes even where a process before died and left it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "orderflow-copy-"
_LOCK = "in-use"


@contextmanager
def private_folder(bytes_needed: int = 0) -> Iterator[Path]:
    """Give an empty folder where `bytes_needed` find room, and remove it in the end.

    What processes that were killed left of theirs is removed before. Raises OSError when there is
    no room for it.
    """
    remove_abandoned_folders()
    parent = _roomiest(bytes_needed)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        # The lock is the kernel's: it ends with us, however we end, and no pid can be mistaken.
        with (folder / "new").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / "new").rename(folder / _LOCK)  # locked before anybody looks whether it is
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned_folders() -> None:
    """Remove the folders that nobody uses any more: their processes were killed."""
    for parent in _parents():
        for folder in parent.glob(f"{PREFIX}*"):
            with suppress(OSError), (folder / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def _parents() -> list[Path]:
    """Return where such folders are made: where temporary files go, else where there is a disk."""
    parents = [Path(tempfile.gettempdir())]
    elsewhere = Path("/var/tmp")
    if elsewhere not in parents and os.access(elsewhere, os.W_OK):
        parents.append(elsewhere)
    return parents


def _roomiest(bytes_needed: int) -> Path:
    parents = _parents()
    for parent in parents:
        with suppress(OSError):
            if shutil.disk_usage(parent).free > bytes_needed:
                return parent
    return parents[0]  # it will say itself that there is no room
