"""A recorder: commits one moment after another to both tables until it is killed.

Run as a script: path, journal mode, style, pause in seconds. The number of the moment, from 1 on,
is the price of all that it writes, in the book as in the trades.
"""

import sqlite3
import sys
import time

FIRST_MS = 1_751_328_000_000

path, journal_mode, style, pause = sys.argv[1:]
db = sqlite3.connect(path, isolation_level=None, timeout=60)
db.execute(f"PRAGMA journal_mode = {journal_mode}")
db.execute("PRAGMA synchronous = OFF")
if style in ("rewrite", "long"):
    db.execute("PRAGMA cache_size = 2")  # so that it writes into the file before it commits
(moment,) = db.execute("SELECT max(price) FROM trades").fetchone()


def add() -> None:
    """Add a row to each table."""
    (last,) = db.execute("SELECT max(id) FROM book").fetchone()
    time_ms = str(FIRST_MS + last + 1)
    levels = f"[[{moment:.0f}, 1]]", "[[1000000, 1]]"
    db.execute("INSERT INTO book VALUES (?, NULL, ?, ?, ?)", (last + 1, *levels, time_ms))
    db.execute(
        "INSERT INTO trades VALUES (?, NULL, NULL, ?, 1, 'buy', ?)", (last + 1, moment, time_ms)
    )


written = 0
while True:
    moment += 1
    db.execute("BEGIN IMMEDIATE")
    for _ in range(300 if style == "long" else 1):
        add()
    if style == "rewrite":
        db.execute("UPDATE trades SET price = ?", (moment,))
        db.execute("UPDATE book SET bids = ?", (f"[[{moment:.0f}, 1]]",))
    if style == "move":
        for table in ("book", "trades"):
            db.execute(f"DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})")
    db.execute("COMMIT")
    written += 1
    if written == 3:
        print("ready", flush=True)  # noqa: T201 - to whoever reads it
    if style == "move" and written % 20 == 0:
        db.execute("VACUUM")
    time.sleep(float(pause))
