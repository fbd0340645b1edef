"""Where a recording goes on: what the day files hold of an instrument already."""

import logging
import sqlite3
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from shared.errors import OrderflowError
from shared.recordings.day_files import DayFile, parse_day_file
from shared.recordings.opening import open_recording

logger = logging.getLogger(__name__)

_FILES = 7
"""Newest day files that are looked at; in older ones there is nothing to go on from."""

_ROWS = 1_000
"""Rows at the end of a table among which the newest is."""

_TRADE = f"""
SELECT CAST(trade_id AS INTEGER) AS number, CAST(timestamp AS INTEGER)
FROM (SELECT trade_id, timestamp FROM trades ORDER BY id DESC LIMIT {_ROWS})
WHERE trade_id GLOB '[0-9]*' ORDER BY number DESC LIMIT 1
"""
_BOOK = "SELECT CAST(timestamp AS INTEGER), seq_id FROM book ORDER BY id DESC LIMIT 1"
_GAP = "SELECT max(to_ms) FROM gaps WHERE table_name = ?"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The newest trade and book row of an instrument; None where there is none."""

    trade_id: int | None = None
    trade_ms: int = 0
    book_ms: int | None = None
    seq_id: int | None = None


def find_recorded(data_dir: Path, instrument: str) -> Recorded:
    """Return what is recorded of `instrument` in the newest day files of `data_dir`."""
    files = sorted(
        (file for path in data_dir.iterdir() if (file := _day_file(path, instrument))),
        key=lambda file: file.day,
        reverse=True,
    )
    found = Recorded()
    for file in islice(files, _FILES):
        try:
            found = _with(found, file.path)
        except (OrderflowError, sqlite3.Error, OSError) as error:
            logger.warning("%s: what is in it is not known: %s", file.path, error)
        if found.trade_id is not None and found.book_ms is not None:
            break
    return found


def _day_file(path: Path, instrument: str) -> DayFile | None:
    file = parse_day_file(path)
    return file if file is not None and file.instrument == instrument else None


def _with(found: Recorded, path: Path) -> Recorded:
    with open_recording(path) as connection:
        trade = connection.execute(_TRADE).fetchone()
        book = connection.execute(_BOOK).fetchone()
    if found.trade_id is None and trade is not None:
        found = replace(found, trade_id=trade[0], trade_ms=trade[1])
    if found.book_ms is None and book is not None:
        found = replace(found, book_ms=book[0], seq_id=book[1])
    return found
