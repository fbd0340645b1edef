"""Set aside what an earlier run left behind to be gone on with, so that the next begins anew."""

import contextlib
from pathlib import Path

from shared.run_files.run_directory import RunDirectory

ASIDE = ".aside"


def set_earlier_run_aside(run: RunDirectory) -> bool:
    """Set the checkpoints of `run` aside and forget on which rows it died.

    Returns whether there was a checkpoint. What a run has published stays until the next begins.
    """
    for path in (run.suspects, run.flight_record):
        with contextlib.suppress(OSError):
            path.unlink()
    was_there = [set_aside(path) for path in (run.checkpoint, run.previous_checkpoint)]
    return any(was_there)


def set_aside(path: Path) -> bool:
    """Rename `path` so that it is not used, but can be looked at; say whether it was there."""
    try:
        path.replace(path.with_suffix(ASIDE))
    except OSError:  # no such file, or a folder that cannot be written: it is told elsewhere
        return False
    return True
