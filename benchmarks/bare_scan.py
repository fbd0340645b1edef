"""The least a Python program can do with a recording: fetch every row and drop it.

It is the unit that the engine is measured in. It fetches no column that the job can do without,
text as bytes, in small batches: each of these makes the scan faster, and so the comparison harder.

Example:
  python -m benchmarks.bare_scan BTC-USDT-25-07-01.db
"""

import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path

BATCH_ROWS = 256

_QUERIES = (
    "SELECT timestamp, bids, asks FROM book ORDER BY id",
    "SELECT timestamp, price, size, side FROM trades ORDER BY id",
)


def scan(paths: Sequence[Path], batch_rows: int = BATCH_ROWS) -> int:
    """Fetch all rows of both tables of `paths` and return how many they were."""
    rows = 0
    for path in paths:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        connection.text_factory = bytes
        try:
            for query in _QUERIES:
                cursor = connection.execute(query)
                while batch := cursor.fetchmany(batch_rows):
                    rows += len(batch)
        finally:
            connection.close()
    return rows


if __name__ == "__main__":
    started = time.perf_counter()
    count = scan([Path(argument) for argument in sys.argv[1:]])
    print(f"{count:,} rows in {time.perf_counter() - started:.2f} s")
