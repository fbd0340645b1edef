"""Writes a simulated recording to day files."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from recorder.simulator.draws import LOTS_PER_COIN
from recorder.simulator.level_text import LevelWriter
from recorder.simulator.levels import SimulatedTrade, SimulatedUpdate
from recorder.simulator.market import simulate
from recorder.simulator.recording import TICK_DECIMALS, Recording
from shared.clock import MS_PER_DAY
from shared.recordings.writing.whole_file import BookRow, DayFileWriter, TradeRow

SOURCE = "simulated recording"
"""What the day files say that their rows are from."""

_FIRST_TRADE_ID = 754_000_001
_UPDATES_PER_REPORT = 512


def write_recording(
    out_dir: Path,
    recording: Recording,
    on_progress: Callable[[int], object] = lambda _: None,
) -> list[Path]:
    """Write the day files of `recording` to `out_dir`, made if absent, and return their paths.

    A file that is there is replaced, when the new one is whole. `on_progress` is told every few
    hundred rows how far the simulated time has come, in epoch milliseconds.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    updates = _reported(simulate(recording), on_progress)
    rows = _rows(updates, recording)
    paths = []
    for day, rows_of_day in groupby(rows, key=lambda row: int(row[-1]) // MS_PER_DAY):
        path = out_dir / recording.file_name(day)
        with DayFileWriter(path, SOURCE) as file:
            for row in rows_of_day:
                if len(row) == 4:
                    file.add_book_row(row)
                else:
                    file.add_trade_row(row)
        paths.append(path)
    return paths


def recording_paths(out_dir: Path, recording: Recording) -> list[Path]:
    """Return the paths of the day files that `recording` consists of."""
    return [out_dir / recording.file_name(day) for day in recording.days]


def _reported(
    updates: Iterable[SimulatedUpdate], on_progress: Callable[[int], object]
) -> Iterator[SimulatedUpdate]:
    for count, update in enumerate(updates):
        if count % _UPDATES_PER_REPORT == 0:
            on_progress(update.timestamp_ms)
        yield update


def _rows(updates: Iterable[SimulatedUpdate], recording: Recording) -> Iterator[BookRow | TradeRow]:
    """Yield the rows of both tables in time order."""
    write_levels = LevelWriter(recording.level_form)
    trade_id = _FIRST_TRADE_ID
    for update in updates:
        for trade in update.trades:
            yield _trade_row(trade, recording.instrument, trade_id)
            trade_id += 1
        yield (
            recording.instrument,
            write_levels(update.bids),
            write_levels(update.asks),
            str(update.timestamp_ms),
        )


def _trade_row(trade: SimulatedTrade, instrument: str, trade_id: int) -> TradeRow:
    return (
        instrument,
        str(trade_id),
        trade.price_ticks / 10**TICK_DECIMALS,
        trade.lots / LOTS_PER_COIN,
        "buy" if trade.is_buy else "sell",
        str(trade.timestamp_ms),
    )
