"""Measure the import of downloads against its goals.

Example:
  python -m benchmarks.import_bench --scratch-dir /tmp/bench
"""

import argparse
import gzip
import io
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.results import Figure, as_table, describe_machine, write_section

RUNS = 3
BOOK_LINES = 400_000
DRAWN_LINES = 20_000
LEVELS_A_SIDE = 20
TRADES = 3_000_000
FIRST_MS = 1_751_328_000_000

_MEASURED = """
import re, resource, sys
from pathlib import Path
from recorder.importers.formats.reader import Asked
from recorder.importers.importing import Importer
outcome = Importer(Path(sys.argv[2]), Asked()).run(Path(sys.argv[1]))
usage = resource.getrusage(resource.RUSAGE_SELF)
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(outcome.rows_written + outcome.duplicates, usage.ru_utime + usage.ru_stime, most[1])
"""
# Not ru_maxrss: a process has that of the one it was forked from, which has made the archives.


@dataclass(frozen=True, slots=True)
class Measured:
    """One import in a process of its own; the start of Python is in both times."""

    rows: int
    wall_s: float
    cpu_s: float
    most_mb: float


def main() -> None:
    """Measure, print the table and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--scratch-dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "orderflow-bench",
        help="Where the downloads lie, or are made.  [default: %(default)s]",
    )
    folder = parser.parse_args().scratch_dir / "import"
    folder.mkdir(parents=True, exist_ok=True)
    machine = describe_machine(("msgspec", "orjson"))
    figures = [*measure_books(folder), *measure_trades(folder)]
    levels = f"{BOOK_LINES:,} lines of {2 * LEVELS_A_SIDE} levels, {TRADES:,} trades; made files"
    text = f"## Import\n\n{machine}; {levels}\n\n{as_table(figures)}"
    print(text)
    write_section("import", text)


def measure_books(folder: Path) -> Iterator[Figure]:
    """Yield the speed of OKX books, new and again, and the memory that takes."""
    path = folder / "BTC-USDT-L2orderbook-400lv-2025-07-01.tar.gz"
    if not path.exists():
        make_books(path)
    yield from figures_of("OKX books", "lines", 60_000, path, folder)


def measure_trades(folder: Path) -> Iterator[Figure]:
    """Yield the speed of trades in CSV, new and again, and the memory that takes."""
    path = folder / "ETHUSDT-trades-2025-07-01.csv.gz"
    if not path.exists():
        make_trades(path)
    yield from figures_of("trades CSV", "rows", 500_000, path, folder)


def figures_of(what: str, unit: str, goal: int, path: Path, folder: Path) -> Iterator[Figure]:
    """Import `path`, and yield how fast that was, new and again, and the memory it took."""
    runs, again = imports(path, folder / "out")
    cpu = statistics.median(run.rows / run.cpu_s for run in runs)
    wall = statistics.median(run.rows / run.wall_s for run in runs)
    yield Figure(f"{what}, {unit} a second of one core", cpu, "", goal, True)
    yield Figure(f"{what}, {unit} a second", wall, "", note="synced to disk")
    yield Figure(f"{what} again, {unit} a second of one core", again.rows / again.cpu_s, "")
    yield Figure(f"{what}, most memory", max(run.most_mb for run in runs), "MB", 200)


def imports(path: Path, out_dir: Path) -> tuple[list[Measured], Measured]:
    """Import `path` several times anew, and once again over what is there."""
    runs = []
    for _ in range(RUNS):
        shutil.rmtree(out_dir, ignore_errors=True)
        runs.append(import_once(path, out_dir))
    return runs, import_once(path, out_dir)


def import_once(path: Path, out_dir: Path) -> Measured:
    """Import `path` in a process of its own."""
    out_dir.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    command = [sys.executable, "-c", _MEASURED, str(path), str(out_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall_s = time.perf_counter() - started
    rows, cpu_s, kilobytes = done.stdout.split()
    return Measured(int(rows), wall_s, float(cpu_s), int(kilobytes) * 1024 / 1e6)


def make_books(path: Path) -> None:
    """Write an archive of books; what is drawn comes again and again, at later times."""
    draw = random.Random(7)

    def side() -> list[list[str]]:
        return [
            [
                f"{68_000 + draw.randrange(4000) / 10:.1f}",
                f"{draw.random() * 3:.8f}".rstrip("0"),
                str(draw.randrange(9)),
            ]
            for _ in range(LEVELS_A_SIDE)
        ]

    drawn = [orjson.dumps({"asks": side(), "bids": side()})[1:] for _ in range(DRAWN_LINES)]
    lines = (
        b'{"instId":"BTC-USDT","action":"update","ts":"%d",' % (FIRST_MS + 10 * number)
        + drawn[number % DRAWN_LINES]
        for number in range(BOOK_LINES)
    )
    data = b"\n".join(lines) + b"\n"
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        info = tarfile.TarInfo("BTC-USDT-L2orderbook-400lv-2025-07-01.data")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))


def make_trades(path: Path) -> None:
    """Write trades as Binance has them."""
    draw = random.Random(7)
    with gzip.open(path, "wt", compresslevel=6, encoding="ascii") as file:
        file.write("id,price,qty,quote_qty,time,is_buyer_maker\n")
        for number in range(TRADES):
            price, size = 3000 + draw.randrange(10_000) / 100, draw.randrange(1, 3000) / 1000
            flag = "true" if draw.random() < 0.5 else "false"
            file.write(
                f"{3_920_436_870 + number},{price:.2f},{size:.3f},{price * size:.5f},"
                f"{FIRST_MS + number // 3},{flag}\n"
            )


if __name__ == "__main__":
    main()
