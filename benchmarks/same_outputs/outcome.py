"""Runs one case in one checkout and returns what came out, less what differs from run to run."""

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.same_outputs.cases import RUN, SIMULATOR, Case
from benchmarks.same_outputs.recordings import find_recordings

Outcome = dict[str, str]
"""The text of each part of what came out; of a long or binary one its digest and length."""

TIMEOUT_SECONDS = 300
LONGEST_TEXT_BYTES = 250_000

DATA_FILES = ("ohlc_data.json", "depth_data.json", "metrics_data.json", "cvd_data.json")
STATUS_FILE = "processor_status.json"

# Left out, as no two runs share them: run_id, pid, started_at_ms, updated_at_ms, rows_per_s, eta_s.
STATUS_FIELDS = (
    *("phase", "instrument", "from_ms", "to_ms", "window_seconds", "depth_levels"),
    *("data_time_ms", "book_rows", "trades", "share_done", "skipped", "observed"),
    *("files_done", "files_total", "file_problems", "poison_rows", "conservation", "last_error"),
)

# A line of the log: its time differs from run to run, its logger's name tells where code lies.
_LOGGED = re.compile(r"\S+Z (?P<level>[A-Z]+) +\S+: (?P<message>.*)")


def observe(checkout: Path, case: Case) -> Outcome:
    """Run `case` with the code of `checkout` and return what came out."""
    with tempfile.TemporaryDirectory(prefix="same-outputs-") as scratch:
        run_dir = Path(scratch) / "run"
        program, module = find_program(checkout, case.command[0])
        arguments = [argument.replace(RUN, str(run_dir)) for argument in case.command[1:]]
        try:
            done = subprocess.run(
                [*program, *arguments],
                env=environment_of(checkout),
                cwd=scratch,
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            return {"exit code": "none, there is no such command"}
        except subprocess.TimeoutExpired:
            return {"exit code": f"none within {TIMEOUT_SECONDS} s"}

        def stable(text: str) -> str:
            return text.replace(scratch, "SCRATCH").replace(f"python -m {module}", SIMULATOR)

        return {
            "exit code": str(done.returncode),
            "printed": stable(done.stdout),
            "notices": stable("\n".join(_notices(done.stderr))),
            **{name: stable(text) for name, text in _files(run_dir)},
        }


def find_program(checkout: Path, name: str) -> tuple[list[str], str]:
    """Return how `checkout` runs the command `name`, and the module's name if it is one."""
    bin_dir = checkout / ".venv" / "bin"
    if name != SIMULATOR:
        return [str(bin_dir / name)], name
    package = next(
        (p for p in ("recorder", "processor") if (checkout / p / SIMULATOR).exists()), ""
    )
    module = f"{package}.{SIMULATOR}"
    return [str(bin_dir / "python"), "-m", module], module


def environment_of(checkout: Path) -> dict[str, str]:
    """Return an environment in which the code of `checkout` runs as a user's shell would run it."""
    dropped = ("ORDERFLOW_", "PYTHON", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    # A .venv may know another checkout, or not yet all packages of this one.
    return {**kept, "PYTHONPATH": str(checkout), "COLUMNS": "80"}


def _files(run_dir: Path) -> Iterator[tuple[str, str]]:
    for recording in find_recordings(run_dir):
        for _, path in recording.files:
            yield path.name, _digest_of(path.read_bytes())
    for path in (run_dir / "data" / name for name in DATA_FILES):
        if path.exists():
            yield path.name, _text(path.read_bytes())
    status = run_dir / "data" / STATUS_FILE
    if status.exists():
        yield from _status(status.read_bytes())


def _status(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        document = json.loads(content)
    except ValueError:
        yield STATUS_FILE, _text(content)
        return
    for field in STATUS_FIELDS:
        if field in document:
            yield f"status {field}", json.dumps(document[field])


def _text(content: bytes) -> str:
    if len(content) > LONGEST_TEXT_BYTES:
        return _digest_of(content)
    return content.decode("utf-8", "backslashreplace")


def _notices(stderr: str) -> Iterator[str]:
    for line in stderr.splitlines():
        logged = _LOGGED.fullmatch(line)
        if logged is None:
            yield line
        elif logged["level"] != "INFO":  # how fast it went
            yield f"{logged['level']} {logged['message']}"


def _digest_of(content: bytes) -> str:
    return f"sha256 {hashlib.sha256(content).hexdigest()} of {len(content):,} bytes"
