"""Harvests the recordings that a checkout's tests make: what can be odd about input is in them."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.same_outputs.outcome import environment_of
from benchmarks.same_outputs.recordings import Recording, find_recordings

MOST_BYTES = 50_000_000
"""A recording of more than that is long, not odd."""

SUITES = ("tests/processor", "tests/system")
_OPTIONS = (
    *("-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-o", "tmp_path_retention_policy=all", "-o", "tmp_path_retention_count=1000"),
)
_COMPANIONS = ("-wal", "-shm", "-journal")

# The random examples of Hypothesis lie in temporary folders that would go with each of them.
_PYTEST_THAT_KEEPS_ALL = """
import sys, tempfile, pytest
tempfile.TemporaryDirectory._rmtree = classmethod(lambda *_, **__: None)
sys.exit(pytest.main(sys.argv[1:]))
"""


def harvest(checkout: Path, out_dir: Path, suites: Sequence[str] = SUITES) -> int:
    """Run the tests of `checkout`, copy their recordings to `out_dir`, and return how many.

    Whether the tests pass plays no part.
    """
    with tempfile.TemporaryDirectory(prefix="odd-") as scratch:
        temporary = Path(scratch) / "temporary"
        temporary.mkdir()
        python = checkout / ".venv" / "bin" / "python"
        subprocess.run(
            [
                python,
                "-c",
                _PYTEST_THAT_KEEPS_ALL,
                *suites,
                *_OPTIONS,
                f"--basetemp={scratch}/made",
            ],
            env={**environment_of(checkout), "TMPDIR": str(temporary)},
            cwd=checkout,
            check=False,
        )
        return copy_recordings(Path(scratch), out_dir)


def copy_recordings(source: Path, out_dir: Path) -> int:
    """Copy each recording below `source` to a numbered folder in `out_dir`; return how many.

    What SQLite keeps beside a file goes with it. Of equal recordings one is copied.
    """
    known: set[str] = set()
    for recording in find_recordings(source):
        paths = _paths(recording)
        if sum(path.stat().st_size for path in paths) > MOST_BYTES:
            continue
        digest = _digest(paths)
        if digest not in known:
            known.add(digest)
            folder = out_dir / f"{len(known):04}"
            folder.mkdir(parents=True)
            for path in paths:
                shutil.copy2(path, folder)  # with its time: a new file may pass for a live one
    return len(known)


def _paths(recording: Recording) -> list[Path]:
    files = [path for _, path in recording.files]
    logs = (path.with_name(path.name + ending) for path in files for ending in _COMPANIONS)
    return [*files, *(log for log in logs if log.is_file())]


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
