"""Find the recorded day files of one instrument, and say what is near when there are none."""

import difflib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from shared.errors import NoInputError

_EPOCH_DAY = date(1970, 1, 1)
_DAY_FILE = re.compile(
    r"(?P<instrument>.+)-(?P<year>\d{2}|\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"\.(?:db|sqlite3?)"
)


@dataclass(frozen=True, slots=True)
class DayFile:
    """One recorded file: an instrument over one UTC day, counted from 1970-01-01."""

    path: Path
    instrument: str
    day: int

    @property
    def date(self) -> date:
        """The UTC day as a date."""
        return _EPOCH_DAY + timedelta(days=self.day)


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The day files of a range in the order of time, and what is wrong with the rest.

    `missing` are the days without a file, `duplicates` files left out because another one of the
    same day is used, `unreadable` folders that may hold more, each with the reason.
    """

    files: tuple[DayFile, ...]
    missing: tuple[date, ...]
    duplicates: tuple[DayFile, ...]
    unreadable: tuple[tuple[Path, str], ...] = ()

    @property
    def gaps(self) -> list[tuple[date, date, int]]:
        """The missing days as runs: first day, last day and how many."""
        runs: list[tuple[date, date, int]] = []
        for day in self.missing:
            if runs and day - runs[-1][1] == timedelta(days=1):
                first, _, count = runs[-1]
                runs[-1] = (first, day, count + 1)
            else:
                runs.append((day, day, 1))
        return runs


def find_day_files(data_dir: Path, instrument: str, days: range) -> FoundFiles:
    """Return the files of `instrument` for `days` (days since 1970-01-01).

    Looks in `data_dir` and in its folder named after the instrument; what cannot be read of them
    is looked past.
    Raises NoInputError, with the nearest instruments and days there are, when none is found.
    """
    unreadable: list[tuple[Path, str]] = []
    recorded = list(_recorded_files(data_dir, data_dir / instrument, unreadable=unreadable))
    by_day: dict[int, DayFile] = {}
    duplicates = []
    for file in recorded:
        if file.instrument != instrument or file.day not in days:
            continue
        if file.day in by_day:
            duplicates.append(file)
        else:
            by_day[file.day] = file
    if not by_day:
        raise NoInputError(_describe_absence(data_dir, instrument, days, recorded, unreadable))
    return FoundFiles(
        files=tuple(by_day[day] for day in sorted(by_day)),
        missing=tuple(_EPOCH_DAY + timedelta(days=day) for day in days if day not in by_day),
        duplicates=tuple(duplicates),
        unreadable=tuple(unreadable),
    )


def recorded_days(data_dir: Path, instrument: str) -> list[DayFile]:
    """Return the files of `instrument` in the order of their days, one a day, as far as there are.

    They are those that `find_day_files` takes. What cannot be read is looked past.
    """
    by_day: dict[int, DayFile] = {}
    for file in _recorded_files(data_dir, data_dir / instrument, unreadable=[]):
        if file.instrument == instrument:
            by_day.setdefault(file.day, file)
    return [by_day[day] for day in sorted(by_day)]


def path_of_day(data_dir: Path, instrument: str, day: int) -> Path:
    """Return the file that readers take for that day: the one there is, else one to be made."""
    with suppress(NoInputError):
        return find_day_files(data_dir, instrument, range(day, day + 1)).files[0].path
    return data_dir / f"{instrument}-{_EPOCH_DAY + timedelta(days=day):%y-%m-%d}.db"


def parse_day_file(path: Path) -> DayFile | None:
    """Return what the name of `path` says, or None when it is not a day file's."""
    match = _DAY_FILE.fullmatch(path.name)
    if match is None:
        return None
    year = int(match["year"])
    try:
        day = date(2000 + year if year < 100 else year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return DayFile(path, match["instrument"], (day - _EPOCH_DAY).days)


def _recorded_files(
    *folders: Path, unreadable: list[tuple[Path, str]] | None = None
) -> Iterable[DayFile]:
    for folder in folders:
        try:
            if folder.is_dir():
                for path in sorted(folder.iterdir()):
                    file = parse_day_file(path)
                    if file is not None and path.is_file():
                        yield file
        except OSError as error:  # not ours to read, as lost+found is not
            if unreadable is not None:
                unreadable.append((folder, error.strerror or str(error)))


def _describe_absence(
    data_dir: Path,
    instrument: str,
    days: range,
    recorded: list[DayFile],
    unreadable: list[tuple[Path, str]],
) -> str:
    pattern = f"{instrument}-YY-MM-DD.db"
    first, last = (_EPOCH_DAY + timedelta(days=day) for day in (days[0], days[-1]))
    where = f"{data_dir.absolute()}: no file {pattern} for {first} to {last}"
    if unreadable:
        folder, reason = unreadable[0]
        where = f"{where}; {folder.absolute()} cannot be read: {reason}"
    elif not data_dir.is_dir():
        return f"{where}; there is no such folder"
    same = sorted(
        (file for file in recorded if file.instrument == instrument),
        key=lambda file: min(abs(file.day - days[0]), abs(file.day - days[-1])),
    )
    if same:
        return f"{where}; nearest days of {instrument}: {_listed(str(f.date) for f in same[:5])}"
    instruments = sorted({file.instrument for file in _recorded_files(*_folders_in(data_dir))})
    if not instruments:
        return where if unreadable else f"{where}; the folder holds no day files"
    nearest = difflib.get_close_matches(instrument, instruments, n=5, cutoff=0.3)
    return f"{where}; instruments there: {_listed(nearest or instruments[:5])}"


def _folders_in(data_dir: Path) -> list[Path]:
    """Return `data_dir` and the folders in it, as far as one can tell."""
    folders = [data_dir]
    try:
        for path in sorted(data_dir.iterdir()):
            with suppress(OSError):
                if path.is_dir():
                    folders.append(path)
    except OSError:
        pass
    return folders


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
