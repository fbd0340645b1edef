"""Finds recordings by the names of their day files, whatever is in them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_DAY_FILE = re.compile(
    r"(?P<instrument>.+)-(?P<year>\d{2}|\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\.(?:db|sqlite3?)"
)


@dataclass(frozen=True, slots=True)
class Recording:
    """The day files of one instrument in one folder, by day."""

    folder: Path
    instrument: str
    files: tuple[tuple[date, Path], ...]

    @property
    def first_day(self) -> date:
        """The first UTC day recorded."""
        return self.files[0][0]

    @property
    def last_day(self) -> date:
        """The last UTC day recorded."""
        return self.files[-1][0]


def find_recordings(root: Path) -> Iterator[Recording]:
    """Yield the recordings in `root` and in all folders below it, in the order of their paths."""
    for parent, folders, names in os.walk(root):
        folders.sort()
        by_instrument: dict[str, list[tuple[date, Path]]] = {}
        for name in sorted(names):
            path = Path(parent, name)
            match = _DAY_FILE.fullmatch(name)
            if match is None or not path.is_file():  # tests make pipes of such names
                continue
            year, month, day = (int(match[part]) for part in ("year", "month", "day"))
            try:
                recorded = date(year if year > 99 else 2000 + year, month, day)
            except ValueError:
                continue
            by_instrument.setdefault(match["instrument"], []).append((recorded, path))
        for instrument, files in by_instrument.items():
            yield Recording(Path(parent), instrument, tuple(sorted(files)))
