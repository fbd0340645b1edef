"""Where the market of an earlier session ended, by the day files that it left."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from recorder.simulator.exchange.listed.listing import FIRST_SEQ_ID, FIRST_TRADE_ID
from recorder.simulator.market import FIRST_PRICE_TICKS
from recorder.simulator.recording import TICK_DECIMALS
from shared.clock import MS_PER_DAY, format_utc
from shared.errors import NoInputError, UsageError
from shared.recordings.day_files import find_day_files

SOURCE = "simulated market"
"""What the day files of a session say that their rows are from."""

_DAYS_AROUND = 400

_TABLES = "SELECT name FROM sqlite_master WHERE name IN ('book', 'trades', 'sources')"
_LAST_TRADE = (
    "SELECT CAST(trade_id AS INTEGER), price FROM trades"
    " ORDER BY CAST(trade_id AS INTEGER) DESC LIMIT 1"
)
_LAST_TIME = "SELECT max(CAST(timestamp AS INTEGER)) FROM"
_SEQ_ID = "SELECT seq_id FROM book WHERE seq_id IS NOT NULL ORDER BY id DESC LIMIT 1"
_IS_OURS = "SELECT 1 FROM sources WHERE source = ?"


class Earlier(NamedTuple):
    """How a market goes on: the price, the next trade id and the last sequence number."""

    price_ticks: int
    next_trade_id: int
    seq_id: int


FROM_THE_FIRST = Earlier(FIRST_PRICE_TICKS, FIRST_TRADE_ID, FIRST_SEQ_ID)
"""How one begins that follows none."""


class EarlierSession(NamedTuple):
    """Where a market ended, and when."""

    last_ms: int
    end: Earlier


def find_earlier_session(data_dir: Path, instrument: str, start_ms: int) -> EarlierSession | None:
    """Return where the sessions in `data_dir` ended; None when there are no rows of any.

    Raises UsageError when rows are later than `start_ms`, or none of the day files is of such a
    session: a simulated market does not belong into another recording.
    """
    today = start_ms // MS_PER_DAY
    days = range(max(0, today - _DAYS_AROUND), today + _DAYS_AROUND)
    try:
        files = find_day_files(data_dir, instrument, days).files
    except NoInputError:
        return None
    contents = []
    for file in reversed(files):
        contents.append(_read(file.path))
        if contents[-1].is_ours and contents[-1].end is not None:
            break
    last_ms = max(content.last_ms for content in contents)
    if not last_ms:
        return None
    if not any(content.is_ours for content in contents):
        raise UsageError(
            f"{data_dir} holds a recording of {instrument} that is none of this market's, and would"
            " be mixed up with it: choose another folder"
        )
    if last_ms > start_ms:
        raise UsageError(
            f"{data_dir}: the market of an earlier session went on until {format_utc(last_ms)};"
            f" this one cannot begin at {format_utc(start_ms)}: give a later --start, or another"
            " folder"
        )
    ends = [content.end for content in contents if content.end is not None]
    return EarlierSession(last_ms, ends[0] if ends else FROM_THE_FIRST)


class _Content(NamedTuple):
    last_ms: int
    end: Earlier | None
    is_ours: bool


def _read(path: Path) -> _Content:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            tables = {name for (name,) in file.execute(_TABLES)}
            last_ms = max(
                (file.execute(f"{_LAST_TIME} {table}").fetchone()[0] or 0)
                for table in ("book", "trades")
            )
            is_ours = "sources" in tables and file.execute(_IS_OURS, (SOURCE,)).fetchone()
            trade = file.execute(_LAST_TRADE).fetchone()
            if trade is None or not is_ours:
                return _Content(last_ms, None, bool(is_ours))
            (seq_id,) = file.execute(_SEQ_ID).fetchone() or (FIRST_SEQ_ID,)
    except sqlite3.Error as error:
        raise UsageError(f"{path}: no market can go on after it: {error}") from error
    trade_id, price = trade
    end = Earlier(round(price * 10**TICK_DECIMALS), trade_id + 1, seq_id)
    return _Content(last_ms, end, is_ours=True)
