"""A recorder at work: a process that writes day files as they are recorded, told what and when."""

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.recordings.writing.rows import NewBookRow, NewRow, NewTrade
from tests.support.commands import clean_environment

ROOT = Path(__file__).parents[2]
INSTRUMENT = "BTC-USDT"

_SCRIPT = """
import json, sys
from pathlib import Path
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import NewBookRow, NewTrade

with RecordingWriter(Path(sys.argv[1]), "a test") as writer:
    for line in sys.stdin:
        number = 0
        for kind, values in json.loads(line):
            row = (NewBookRow if kind == "book" else NewTrade)(*values)
            number = writer.put(sys.argv[2], row)
        assert writer.wait_for(number, seconds=30)
        print("settled", flush=True)
"""


class LiveRecorder:
    """Writes to the day files of `folder` by the product's own writer, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def record(self, rows: Iterable[NewRow]) -> None:
        """Put `rows`, in this order, and return when they are committed."""
        told = [["book" if isinstance(row, NewBookRow) else "trade", list(row)] for row in rows]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "settled\n"

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def live_recorder(folder: Path, instrument: str = INSTRUMENT) -> Iterator[LiveRecorder]:
    """Run a recorder until the block ends, and let it close its files then."""
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(folder), instrument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    ) as process:
        yield LiveRecorder(process)
        if process.poll() is None:
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(30) == 0


def market(seed: int, from_ms: int, to_ms: int, step_ms: int = 100) -> list[NewRow]:
    """Return what happens in a small market: a snapshot, then changes of levels, and trades.

    The rows of both tables are in the order of time, as they come.
    """
    rng = random.Random(seed)
    rows: list[NewRow] = []
    sides = [[[100.0 - n, 1.0] for n in range(25)], [[101.0 + n, 1.0] for n in range(25)]]
    rows.append(NewBookRow(from_ms, *map(json.dumps, sides), "snapshot", 1, -1))
    for number, time_ms in enumerate(range(from_ms + step_ms, to_ms, step_ms), 2):
        bid, ask = 100.0 - rng.randrange(25), 101.0 + rng.randrange(25)
        bids, asks = [[bid, rng.randrange(5) / 2]], [[ask, rng.randrange(5) / 4]]
        rows.append(
            NewBookRow(time_ms, json.dumps(bids), json.dumps(asks), "update", number, number - 1)
        )
        for _ in range(rng.randrange(3)):
            price, size = 100.0 + rng.randrange(-3, 4), rng.randrange(1, 40) / 8
            side = rng.choice(("buy", "sell"))
            rows.append(NewTrade(time_ms + rng.randrange(step_ms), None, price, size, side))
    return sorted(rows, key=lambda row: row.timestamp_ms)
