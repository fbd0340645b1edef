"""Days of the plainest form, for what is done to their files rather than what is in them."""

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.processor.fuzz.draw import Draw
from tests.support.recordings import BOOK_SCHEMA, MS_PER_DAY, T0, TRADES_SCHEMA

INSTRUMENT = "BTC-USDT"
INDEXES = {
    "none": "",
    "time": "CREATE INDEX {table}_time ON {table} (timestamp)",
    "time and id": "CREATE UNIQUE INDEX {table}_time ON {table} (timestamp, id)",
    "another column": "CREATE INDEX {table}_time ON {table} (instrument)",
}
PAGES = {size: size for size in ("512", "1024", "4096")}


def write_plain(draw: Draw, folder: Path, number: int) -> Path:
    """Write day `number`, a few hundred rows a table, and return its file."""
    rng = draw.rng
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{INSTRUMENT}-25-07-{number + 1:02}.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {draw.any_of('plain page_size', PAGES)}")
        for table, schema in (("book", BOOK_SCHEMA), ("trades", TRADES_SCHEMA)):
            connection.execute(schema)
            rows = _rows(draw, table, number, rng.choice((40, 150, 500)))
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            index = draw.any_of("plain index", INDEXES)
            if index:
                connection.execute(index.format(table=table))
        connection.commit()
    return path


def _rows(draw: Draw, table: str, number: int, count: int) -> list[tuple[object, ...]]:
    rng = draw.rng
    times = [T0 + number * MS_PER_DAY + 50 * at for at in range(count)]
    if draw.chance("plain rows shuffled", 0.3):
        rng.shuffle(times)
    step = draw.any_of("plain ids", {"dense": 1, "sparse": 2_000_003})
    make = _book_row if table == "book" else _trade_row
    return [(1 + at * step, None, *make(rng), str(time)) for at, time in enumerate(times)]


def _book_row(rng: random.Random) -> tuple[str, str]:
    bids, asks = (
        [[str(100 + sign * rng.randrange(1, 30)), str(rng.randrange(5))] for _ in range(3)]
        for sign in (-1, 1)
    )
    return json.dumps(bids), json.dumps(asks)


def _trade_row(rng: random.Random) -> tuple[None, float, float, str]:
    return (
        None,
        100 + rng.randrange(-9, 9) / 4,
        rng.randrange(1, 99) / 8,
        rng.choice(["buy", "sell"]),
    )
