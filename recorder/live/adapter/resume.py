"""Where a recording goes on: what the day files hold of an instrument already."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from shared.recordings.day_files import DayFile, parse_day_file

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
_BOOK = "SELECT CAST(timestamp AS INTEGER), {} FROM book ORDER BY id DESC LIMIT 1"
_HAS_SEQ_ID = "SELECT count(*) FROM pragma_table_info('book') WHERE name = 'seq_id'"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The newest trade and book row of an instrument; None where there is none."""

    trade_id: int | None = None
    trade_ms: int = 0
    book_ms: int | None = None
    seq_id: int | None = None


def find_recorded(data_dir: Path, instrument: str) -> Recorded:
    """Return what is recorded of `instrument` in the newest day files of `data_dir`."""
    files = sorted(_day_files(data_dir, instrument), key=lambda file: file.day, reverse=True)
    found = Recorded()
    for file in islice(files, _FILES):
        try:
            found = _with(found, file.path)
        except sqlite3.Error as error:
            logger.warning("%s: what is in it is not known: %s", file.path, error)
        if found.trade_id is not None and found.book_ms is not None:
            break
    return found


def _day_files(data_dir: Path, instrument: str) -> Iterator[DayFile]:
    for folder in (data_dir, data_dir / instrument):
        for path in folder.iterdir() if folder.is_dir() else ():
            file = parse_day_file(path)
            if file is not None and file.instrument == instrument and path.is_file():
                yield file


def _with(found: Recorded, path: Path) -> Recorded:
    # By SQLite itself, as the file may be large and in use by our own writer: it is not copied.
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        (has_seq_id,) = connection.execute(_HAS_SEQ_ID).fetchone()
        trade = connection.execute(_TRADE).fetchone()
        book = connection.execute(_BOOK.format("seq_id" if has_seq_id else "NULL")).fetchone()
    if found.trade_id is None and trade is not None:
        found = replace(found, trade_id=trade[0], trade_ms=trade[1])
    if found.book_ms is None and book is not None:
        found = replace(found, book_ms=book[0], seq_id=book[1])
    return found
