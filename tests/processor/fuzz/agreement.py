"""Hold one run against another, and a folder against what it was."""

import hashlib
import math
from pathlib import Path

from tests.processor.fuzz.ways import DATA_FILES, Told

_ROUNDING = 1e-14
"""Only the reference closes its last bar, whose volume is rounded once more then."""


def agree(name: str, found: Told, expected: Told) -> None:
    """Raise AssertionError unless both left the same data files and history, and status."""
    for file in DATA_FILES:
        assert found.files[file] == expected.files[file], f"{name}: {file} differs"
    for table, rows in expected.history.items():
        assert found.history[table] == rows, f"{name}: {table} differs"
    for field, value in expected.status.items():
        other = found.status[field]
        is_same = other == value
        if field == "conservation":
            is_same = all(math.isclose(other[k], value[k], rel_tol=_ROUNDING) for k in value)
        assert is_same, f"{name}: {field} is {other}, and {value} by reference"
    assert found.exit_code == expected.exit_code, f"{name}: exit {found.exit_code}"


def contents(folder: Path) -> dict[str, str]:
    """Return a digest of each file below `folder`."""
    return {
        str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
