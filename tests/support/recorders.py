"""Recorders that write a day file while it is read, or that died of it: each a real process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPT = """
import os, sqlite3, sys, time
path, journal_mode, what = sys.argv[1:]
db = sqlite3.connect(path, isolation_level=None, timeout=30)
db.execute("PRAGMA journal_mode = " + journal_mode)
db.execute("PRAGMA synchronous = OFF")
(last,) = db.execute("SELECT coalesce(max(id), 0) FROM book").fetchone()
(time_ms,) = db.execute("SELECT coalesce(max(CAST(timestamp AS INTEGER)), 1751328000000) FROM book").fetchone()

def add(count):
    global last, time_ms
    for _ in range(count):
        last, time_ms = last + 1, time_ms + 1
        db.execute("INSERT INTO book VALUES (?, NULL, '[[99, 1]]', '[[101, 1]]', ?)", (last, str(time_ms)))
        db.execute("INSERT INTO trades VALUES (?, NULL, NULL, 100, 1, 'buy', ?)", (last, str(time_ms)))

def said():
    print("ready", flush=True)

if what == "fast":
    count = 0
    while True:
        db.execute("BEGIN"); add(1); db.execute("COMMIT")
        time.sleep(0.001)
        count += 1
        if count == 20: said()
else:
    db.execute("PRAGMA cache_size = 5")  # so that it writes into the file before it commits
    db.execute("BEGIN")
    db.execute("UPDATE trades SET size = 1000000")
    db.execute("DELETE FROM book WHERE id % 2")
    add(20000)
    said()
    if what == "killed":
        os.kill(os.getpid(), 9)
    sys.stdin.read()
"""  # noqa: E501 - a script of its own


@contextmanager
def recorder(path: Path, journal_mode: str, what: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a recorder on `path`, which has both tables, until the block ends.

    A `fast` one commits a row of each table again and again, a `busy` one is in the midst of a long
    transaction, a `killed` one was when it died.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(path), journal_mode, what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if what == "killed":
            process.wait()
        try:
            yield process
        finally:
            process.kill()
