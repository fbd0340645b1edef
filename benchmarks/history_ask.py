"""Time `orderflow.open(run).bars("1m")`, first and again, as JSON: a list of milliseconds.

Example:
  python -m benchmarks.history_ask RUN_DIR 5
"""

import json
import sys
import time

import orderflow


def asked_ms(run_dir: str) -> float:
    """Return how many ms it takes to open the run and to have all its minutes."""
    started_s = time.perf_counter()
    with orderflow.open(run_dir) as run:
        run.bars("1m")
    return 1000 * (time.perf_counter() - started_s)


if __name__ == "__main__":
    print(json.dumps([asked_ms(sys.argv[1]) for _ in range(int(sys.argv[2]))]))
