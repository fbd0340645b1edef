"""What SQLite itself returns of a damaged file: a scan of each table, up to the first error."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processor.fuzz.sums import BookRow, Day, TradeRow

_NEEDED = {
    "book": ("timestamp", "bids", "asks"),
    "trades": ("timestamp", "price", "size", "side"),
}
_MS = re.compile(rb"[1-9][0-9]{12}")


@dataclass(slots=True)
class Scan:
    """The rows that a scan returns.

    `undecided` are how many of them only a parser of recordings could make sense of; `errors` what
    ended the scans.
    """

    day: Day = field(default_factory=Day)
    rows: dict[str, int] = field(default_factory=lambda: {"book": 0, "trades": 0})
    undecided: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def has_ties(self) -> bool:
        """Whether damage made two rows of one id, which nothing orders."""
        return any(
            len({row.order for row in rows}) < len(rows)
            for rows in (self.day.book, self.day.trades)
        )


def scanned(path: Path, scratch: Path) -> Scan:
    """Scan a copy of the recording at `path` and what lies beside it, as whoever opens it would."""
    scratch.mkdir()
    for each in path.parent.glob(f"{path.name}*"):
        if not each.name.endswith("-shm"):
            shutil.copyfile(each, scratch / each.name)
    scan = Scan()
    with closing(sqlite3.connect(scratch / path.name)) as connection:
        connection.text_factory = bytes
        for table in _NEEDED:
            _scan_table(connection, table, scan)
    return scan


def _scan_table(connection: sqlite3.Connection, table: str, scan: Scan) -> None:
    meaning: Callable[..., Any] = _book_row if table == "book" else _trade_row
    try:
        columns = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))
        names = [name.decode("ascii", "replace").lower() for (name,) in columns]
        names = [name for name in names if name in {"id", "instrument", *_NEEDED[table]}]
        if not set(_NEEDED[table]) <= set(names):
            scan.errors.append(f"{table}: only {names}")
            return
        for values in connection.execute(f"SELECT {', '.join(names)} FROM {table} NOT INDEXED"):
            row = dict(zip(names, values, strict=True))
            scan.rows[table] += 1
            needed = [row[name] for name in _NEEDED[table]]
            found = meaning(*needed) if row.get("instrument") is None and "id" in row else None
            if found is None:
                scan.undecided += 1
            else:
                found.order = row["id"]
                getattr(scan.day, table).append(found)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # one whose message is no text
        scan.errors.append(f"{table}: {error}")


def _book_row(time: Any, *sides: Any) -> BookRow | None:
    try:
        bids, asks = ([(float(p), float(s)) for p, s in json.loads(side)] for side in sides)
    except (ValueError, TypeError):
        return None
    is_usable = all(0 < p <= 1e30 and 0 <= s <= 1e30 for p, s in (*bids, *asks))
    return BookRow(int(time), bids, asks) if is_usable and _is_ms(time) else None


def _trade_row(time: Any, price: Any, size: Any, side: Any) -> TradeRow | None:
    is_usable = all(isinstance(n, int | float) and 0 < n <= 1e30 for n in (price, size))
    if not is_usable or not _is_ms(time) or side not in (b"buy", b"sell"):
        return None
    return TradeRow(int(time), float(price), float(size), side == b"buy")


def _is_ms(time: Any) -> bool:
    return isinstance(time, bytes) and _MS.fullmatch(time) is not None
