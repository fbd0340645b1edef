"""Makes the recordings that the benchmarks run on, once, in a scratch folder.

Example:
  python -m benchmarks.recordings SCRATCH_DIR 1h 6h 24h
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from random import Random

import recorder.simulator
from recorder.simulator import LevelForm, Recording, write_recording
from shared.clock import MS_PER_DAY
from shared.recordings.writing import whole_file
from shared.recordings.writing.whole_file import DayFileWriter, TradeRow

HOUR = Recording(hours=1.0)
TRADES = 10_000_000


def make_recording(scratch_dir: Path, name: str) -> list[Path]:
    """Return the day files of the recording `name`, one of `RECORDINGS`, made if need be.

    They stay in `scratch_dir` for the next run and are made anew when the code that makes them
    has changed.
    """
    folder = scratch_dir / name
    marker = folder / "made-by"
    if not marker.exists() or marker.read_text() != _code_digest():
        folder.mkdir(parents=True, exist_ok=True)
        marker.unlink(missing_ok=True)
        RECORDINGS[name](folder)
        marker.write_text(_code_digest())  # last: a killed run leaves no marker
    return sorted(folder.glob("*.db"))


def write_trades_only(out_dir: Path, trades: int = TRADES) -> Path:
    """Write a day file of `trades` trades, spread over the day, and an empty book table."""
    path = out_dir / HOUR.file_name(HOUR.days[0])
    with DayFileWriter(path) as file:
        for row in _trade_rows(trades):
            file.add_trade_row(row)
    return path


def _trade_rows(trades: int) -> Iterator[TradeRow]:
    random = Random("trades only").random
    # A walk over a short closed loop of prices: 10 million draws would take longer than the run.
    loop = [
        (
            "BTC-USDT",
            107_200.0 + round(500 * random()) / 10,
            round(random() ** 4 + 0.00001, 8),
            "buy" if random() < 0.5 else "sell",
        )
        for _ in range(9973)
    ]
    step_ms = MS_PER_DAY / trades
    for index, (instrument, price, size, side) in enumerate(islice(cycle(loop), trades)):
        yield (instrument, str(index), price, size, side, str(HOUR.start_ms + int(index * step_ms)))


def _simulated(recording: Recording) -> Callable[[Path], object]:
    return lambda folder: write_recording(folder, recording)


RECORDINGS: dict[str, Callable[[Path], object]] = {
    "1h": _simulated(HOUR),
    "6h": _simulated(replace(HOUR, hours=6.0)),
    "24h": _simulated(replace(HOUR, hours=24.0)),
    "1h-literal": _simulated(replace(HOUR, level_form=LevelForm.LITERAL)),
    "1h-numbers": _simulated(replace(HOUR, level_form=LevelForm.NUMBERS)),
    "trades-only": write_trades_only,
}
"""What makes each recording, by its name."""


def _code_digest() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    simulator = sorted(Path(recorder.simulator.__path__[0]).glob("*.py"))
    assert simulator, "the simulator has no modules"
    for source in (*simulator, Path(whole_file.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    for requested in sys.argv[2:] or RECORDINGS:
        for made in make_recording(Path(sys.argv[1]), requested):
            print(f"{made}: {made.stat().st_size / 1e6:,.0f} MB")
