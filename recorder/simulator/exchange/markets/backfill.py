"""Writes the hours before the exchange opens as day files, by the market that then goes on live."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from recorder.simulator.draws import LOTS_PER_COIN
from recorder.simulator.exchange.listed.published import Published
from recorder.simulator.exchange.listed.tape import TapeTrade
from recorder.simulator.exchange.markets.earlier_session import SOURCE
from recorder.simulator.exchange.markets.traded import Traded
from recorder.simulator.recording import TICK_DECIMALS
from shared.clock import MS_PER_DAY
from shared.errors import CannotWriteError
from shared.recordings.day_files import path_of_day
from shared.recordings.writing.growing_file import Commits, GrowingFile, OtherSourceError
from shared.recordings.writing.rows import NewBookRow, NewRow, NewTrade

_ROWS_AT_ONCE = 2_000


def backfill(
    traded: Traded,
    out_dir: Path,
    until_ms: Callable[[], int],
    on_progress: Callable[[int], object] = lambda _: None,
) -> list[Path]:
    """Let the market go on until the time that `until_ms` tells each time, and write what it does.

    Rows are added to those there are; the first is the whole book. `on_progress` is told now and
    then how many milliseconds more are written. Returns the files written to.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWriteError(out_dir, error.strerror or str(error)) from error
    instrument = traded.listing.instrument
    paths = []
    told_ms = traded.due_ms
    rows = _rows(traded, until_ms)
    for day, rows_of_day in groupby(rows, key=lambda row: row.timestamp_ms // MS_PER_DAY):
        path = path_of_day(out_dir, instrument, day)
        file = GrowingFile(path, instrument, Commits.RARELY)
        try:
            _claim(file)
            for count, row in enumerate(rows_of_day):
                file.append([row])
                if count % _ROWS_AT_ONCE == 0:
                    on_progress(row.timestamp_ms - told_ms)
                    told_ms = row.timestamp_ms
            file.commit()
        finally:
            file.close()
        paths.append(path)
    return paths


def _rows(traded: Traded, until_ms: Callable[[], int]) -> Iterator[NewRow]:
    """Yield the rows that a recorder would have written; heartbeats are none."""
    while traded.due_ms < until_ms():
        is_first = not traded.listing.time_ms
        published = traded.advance()
        for trade in published.trades:
            yield _trade_row(trade)
        if published.seq_id != published.prev_seq_id:
            yield _book_row(published, is_first)


def _book_row(published: Published, is_snapshot: bool) -> NewBookRow:
    return NewBookRow(
        published.time_ms,
        published.bids,
        published.asks,
        "snapshot" if is_snapshot else "update",
        published.seq_id,
        -1 if is_snapshot else published.prev_seq_id,
    )


def _trade_row(trade: TapeTrade) -> NewTrade:
    return NewTrade(
        trade.trade.timestamp_ms,
        str(trade.last_id),
        trade.trade.price_ticks / 10**TICK_DECIMALS,
        trade.trade.lots / LOTS_PER_COIN,
        "buy" if trade.trade.is_buy else "sell",
    )


def _claim(file: GrowingFile) -> None:
    """Note whose rows they are, unless a recorder of this exchange has noted its own name."""
    for table in ("book", "trades"):
        with suppress(OtherSourceError):
            file.claim(table, SOURCE)
