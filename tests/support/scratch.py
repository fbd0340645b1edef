"""Let the tests write into memory, where it has room: on a disk they wait more than they work.

The product syncs its checkpoints and SQLite its commits, and a disk that others use as well takes
longer over that than the tests over all the rest. What a sync is good for, no test can see.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 2**30
"""Several times what a run needs at once."""


def write_into_memory() -> None:
    """Have this process and its children make their temporary files there, unless told where to."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _has_room() -> bool:
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return room > ROOM_BYTES
