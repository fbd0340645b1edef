"""Says which commands are run in both checkouts, and on what."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.same_outputs.recordings import Recording, find_recordings

RUN = "{run}"
"""Stands for the folder that a command writes to."""

SIMULATOR = "simulator"
"""Stands for the module that simulates recordings."""

MOST_ODD_INPUTS = 1000
"""Each is run twice, at half a second of CPU a time: that many take about eight minutes."""

_VARIANTS = (
    (),
    *(("--window-seconds", seconds) for seconds in ("1", "7", "3600")),
    *(("--depth-levels", levels) for levels in ("1", "1000")),
)
_EVER = ("2000-01-01", "2100-01-01")
_EMPTY_MONTH = ("2000-01-01", "2000-02-01")

_MISTAKES = (
    ("--no-such-option",),
    ("unexpected",),
    ("--from", "2025-07-02", "--to", "2025-07-01"),
    ("--from", "2025-02-30"),
    ("--to", "tomorrow"),
    ("--window-seconds", "0"),
    ("--window-seconds", "1.5"),
    ("--depth-levels", "0"),
    ("--checkpoint-seconds", "0"),
    ("--instrument", " "),
    ("--instrument", "../BTC"),
    ("--data-dir", "no/such/folder"),
)
_SIMULATIONS = (
    (),
    *(("--hours", "0.01", *form) for form in ((), ("--literal",), ("--numbers",))),
    ("--hours", "0.02", "--start", "2025-07-01T23:59:30", "--seed", "11"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A command to run; `data_dir` is the folder that it reads, empty where it reads none."""

    name: str
    command: tuple[str, ...]
    data_dir: str = ""


Tell = Callable[[str], None]
"""Tells the user a line."""


def recording_cases(root: Path, tell: Tell) -> Iterator[Case]:
    """Yield the runs over each recording below `root`, which must be whole and sound.

    Where there is none, `tell` is told.
    """
    recordings = list(find_recordings(root))
    if not recordings:
        tell(f"{root}: no recordings")
    for recording in recordings:
        name = f"{recording.folder.relative_to(root)}/{recording.instrument}"
        days = _days(recording)
        for variant in _VARIANTS:
            yield _run(" ".join((name, *variant)), recording, days, *variant)
        yield _run(f"{name} from its middle", recording, (_middle(recording), days[1]))
        yield _run(f"{name} in a month without it", recording, _EMPTY_MONTH)
        absent = replace(recording, instrument=f"{recording.instrument}-X")
        yield _run(f"{name} by another name", absent, days)


def odd_cases(root: Path, tell: Tell) -> Iterator[Case]:
    """Yield the runs over each recording below `root`, however broken.

    Of more than `MOST_ODD_INPUTS` only so many are taken, and `tell` is told.
    """
    recordings = list(find_recordings(root))
    taken = sample(recordings, MOST_ODD_INPUTS)
    if len(taken) < len(recordings):
        tell(f"{root}: taking {len(taken)} of {len(recordings)} recordings, evenly spread")
    for recording in taken:
        name = f"odd {recording.folder.relative_to(root)}/{recording.instrument}"
        yield _run(name, recording, _days(recording))
        yield _run(f"{name} of a century", recording, _EVER)


def sample(recordings: Sequence[Recording], most: int) -> list[Recording]:
    """Return at most `most` of `recordings`, evenly spread."""
    count = min(len(recordings), most)
    return [recordings[index * len(recordings) // count] for index in range(count)]


def other_cases() -> Iterator[Case]:
    """Yield the runs of mistaken commands, and the simulator's."""
    for arguments in _MISTAKES:
        command = ("orderflow-process", "--run-dir", RUN, *arguments)
        yield Case(" ".join(("mistaken", *arguments)), command)
    for arguments in _SIMULATIONS:
        yield Case(" ".join((SIMULATOR, *arguments)), (SIMULATOR, RUN, *arguments))


def help_case(command: Sequence[str]) -> Case:
    """Return the case of the help of a command or subcommand."""
    return Case(" ".join(("help", *command)), (*command, "--help"))


def _run(name: str, recording: Recording, days: tuple[str, str], *options: str) -> Case:
    command = (
        *("orderflow-process", "--instrument", recording.instrument),
        *("--from", days[0], "--to", days[1]),
        *("--data-dir", str(recording.folder), "--run-dir", RUN),
    )
    return Case(name, (*command, *options), str(recording.folder))


def _days(recording: Recording) -> tuple[str, str]:
    return str(recording.first_day), str(recording.last_day + timedelta(days=1))


def _middle(recording: Recording) -> str:
    """Return the time of the first day's middle book row, 1970 without one, as ISO 8601."""
    path = recording.files[0][1]
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (middle_ms,) = connection.execute(
            "SELECT CAST(timestamp AS INTEGER) FROM book"
            " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM book)"
        ).fetchone() or (0,)
    moment = datetime.fromtimestamp(middle_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds")
