"""Make a month of history from that of a day: the same day again and again, each in its place.

A month of recordings as large as the day would take 41 GB. So the rows of the day's tables are
written once for each day, with times and numbers of files moved; what is packed is unpacked, moved
and packed again. The CVD begins anew with each day, and there are the day's quality marks only.

Example:
  python -m benchmarks.history_month DAY_RUN_DIR MONTH_RUN_DIR 31
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.clock import MS_PER_DAY
from shared.history.bars import (
    BookBars,
    TradeBars,
    pack_book_bars,
    pack_trade_bars,
    unpack_bars,
)
from shared.history.trades import pack_trades, unpack_trades
from shared.recordings.day_files import parse_day_file
from shared.run_files.run_directory import RunDirectory

_TIMES = {"ts", "times_ms"}


def make_month(day: RunDirectory, month: RunDirectory, days: int) -> None:
    """Make a run directory of so many `days`, whose first is that of the run directory `day`."""
    month.create()
    unfinished = month.history.with_suffix(".unfinished")
    shutil.copyfile(day.history, unfinished)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("ATTACH ? AS day", (str(day.history),))
        connection.create_function("moved_trade_bars", 2, _moved_trade_bars)
        connection.create_function("moved_book_bars", 2, _moved_book_bars)
        connection.create_function("moved_trades", 2, _moved_trades)
        for later in range(1, days):
            connection.execute("BEGIN")
            _add_day(connection, later)
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unfinished.replace(month.history)


def _add_day(connection: sqlite3.Connection, later: int) -> None:
    for table in ("bars", "heat", "keyframes"):
        names = [row[1] for row in connection.execute(f"PRAGMA day.table_info({table})")]
        columns = ", ".join(_moved_column(name, later) for name in names)
        connection.execute(f"INSERT INTO {table} SELECT {columns} FROM day.{table}")
    move = f"ts + {later * MS_PER_DAY}"
    connection.execute(
        f"INSERT INTO seconds SELECT {move}, moved_trade_bars(trades, {later}),"
        f" moved_book_bars(book, {later}) FROM day.seconds"
    )
    connection.execute(
        f"INSERT INTO trade_chunks SELECT {move}, trades, moved_trades(columns, {later})"
        " FROM day.trade_chunks"
    )
    [(number, name, day, digest)] = connection.execute("SELECT * FROM day.files").fetchall()
    file = parse_day_file(Path(name))
    assert file is not None
    moved = replace(file, day=day + later)
    name = f"{moved.instrument}-{moved.date:%y-%m-%d}.db"
    row = (number + later, name, moved.day, digest)
    connection.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)


def _moved_column(name: str, later: int) -> str:
    if name in _TIMES:
        return f"{name} + {later * MS_PER_DAY}"
    return f"{name} + {later}" if _is_file(name) else name


def _moved(rows: Any, later: int) -> Any:
    times = {n: getattr(rows, n) + later * MS_PER_DAY for n in rows._fields if n in _TIMES}
    files = {n: getattr(rows, n) + later for n in rows._fields if _is_file(n)}
    return rows._replace(**times, **files)


def _is_file(name: str) -> bool:
    return name in {"file", "files"} or name.endswith("_file")


def _moved_trade_bars(blob: bytes, later: int) -> bytes:
    return pack_trade_bars(_moved(unpack_bars(TradeBars, blob), later))


def _moved_book_bars(blob: bytes, later: int) -> bytes:
    return pack_book_bars(_moved(unpack_bars(BookBars, blob), later))


def _moved_trades(blob: bytes, later: int) -> bytes:
    return pack_trades(_moved(unpack_trades(blob), later))


if __name__ == "__main__":
    make_month(*(RunDirectory(Path(root)) for root in sys.argv[1:3]), days=int(sys.argv[3]))
