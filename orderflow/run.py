"""A run directory to be asked for what its run has made."""

import os
import warnings
from collections.abc import Callable
from functools import cached_property
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from orderflow.asked import Moment, Window, range_ms, window_ms
from orderflow.tables.bars import Bars, Cvd, VwapLine, bars_of, cvd_table, vwap_table
from orderflow.tables.marks import Quality, quality_table
from orderflow.tables.rested import Heat, heat_table
from orderflow.tables.traded import (
    Footprint,
    Profile,
    Trades,
    footprint_table,
    profile_table,
    trades_table,
)
from shared.clock import format_utc
from shared.errors import UsageError
from shared.history.bars import TradeBars
from shared.history.columns import joined
from shared.history.heat import LAYERS
from shared.history.order_flow.anchored import cvd_since, vwap_since
from shared.history.order_flow.footprint import Footprint as KeptFootprint
from shared.history.order_flow.footprint import footprint_of, profile_of
from shared.history.order_flow.price_rows import price_of, tick_of
from shared.history.repository import History, HistoryError
from shared.history.schema import SECOND_MS
from shared.recordings.day_files import parse_day_file
from shared.run_files.run_directory import RunDirectory

if TYPE_CHECKING:
    import plotly.graph_objects as go


def open_run(run_dir: str | os.PathLike[str]) -> "Run":
    """Open the run in the folder `run_dir`, also while it is being made.

    Close it, or use it as a context. Raises HistoryError where there is no such folder, no history
    in it, or one of another version.

    >>> import orderflow
    >>> with orderflow.open("run") as run:
    ...     print(run.instrument, run.files)
    BTC-USDT {1: 'BTC-USDT-25-07-01.db'}
    >>> orderflow.open("nowhere")
    Traceback (most recent call last):
    shared.history.repository.HistoryError: nowhere: expected a run directory, found no such folder
    """
    return Run(run_dir)


class Run:
    """What the run in a folder has made so far, each time as it was last committed.

    Moments are epoch ms, ISO 8601 text (`2025-07-01`, `2025-07-01T13:30:05`) or a `datetime`,
    UTC where they have no offset; a range is `[start, end)`, without bound where it is None.
    Windows are text (`1s`, `5m`, `1h`, `1d`) or seconds, and begin at multiples of their length
    since 1970. Every method raises UsageError for what is none of these, and HistoryError where the
    history cannot be read.
    """

    def __init__(self, run_dir: str | os.PathLike[str]) -> None:
        self._history: History | None = None
        self.path = Path(run_dir)
        if not self.path.is_dir():
            raise HistoryError(self.path, "expected a run directory, found no such folder")
        self._history = History(RunDirectory(self.path).history)

    def close(self) -> None:
        """Let go of the history."""
        if self._history is not None:
            self._history.close()
        self._history = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_history", None) is not None:
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
            self.close()

    def __repr__(self) -> str:
        return f"<orderflow.Run {str(self.path)!r}>"

    @property
    def files(self) -> dict[int, str]:
        """The names of the day files that it was made from, by their numbers."""
        return self._open_history.files

    @property
    def instrument(self) -> str | None:
        """The instrument, as in the names of the day files; None before the first of them."""
        files = (parse_day_file(Path(name)) for name in self.files.values())
        return next((file.instrument for file in files if file is not None), None)

    @property
    def span_ms(self) -> tuple[int, int] | None:
        """The start of the first minute and the end of the last one, epoch ms; None of none."""
        return self._open_history.span_ms

    @cached_property
    def tick_size(self) -> float | None:
        """The largest tick that reaches every best price and bar of the run, in quote units.

        Of the run as it is when first asked. None where there is none.
        """
        trades, book = self._open_history.bars(60_000, *range_ms(None, None))
        best = np.concatenate((book.best_bid, book.best_ask))
        prices = (trades.open, trades.high, trades.low, trades.close, best[~np.isnan(best)])
        return tick_of(np.concatenate(prices))

    def bars(self, window: Window, start: Moment | None = None, end: Moment | None = None) -> Bars:
        """Return the bars that begin in `[start, end)`, see `Bars`: one row a window.

        >>> with orderflow.open("run") as run:
        ...     bars = run.bars("5m", "2025-07-01T00:30")
        >>> bars.high.shape, bool((bars.low <= bars.vwap).all())
        ((6,), True)
        """
        length_ms = window_ms(window)
        return bars_of(self._open_history.bars(length_ms, *range_ms(start, end)))

    def trades(self, start: Moment | None = None, end: Moment | None = None) -> Trades:
        """Return the trades of `[start, end)`, see `Trades`: one row a trade.

        At the change of day files a trade may count after later ones; it is then in the range that
        it counts in, as it is in the bars.

        >>> with orderflow.open("run") as run:
        ...     trades = run.trades(end="2025-07-01T00:01")
        ...     minute = run.bars("1m", end="2025-07-01T00:01")
        >>> bool(abs(trades.size.sum() - minute.volume[0]) < 1e-9)
        True
        """
        return trades_table(self._full_history.trades(*range_ms(start, end)))

    def footprint(
        self,
        window: Window,
        start: Moment | None = None,
        end: Moment | None = None,
        *,
        rows: float | None = None,
        ticks: int = 1,
    ) -> Footprint:
        """Return the footprints of the windows that begin in `[start, end)`, see `Footprint`.

        A row is `rows` high, in quote units, or without that so many `ticks` of `tick_size`.

        >>> with orderflow.open("run") as run:
        ...     footprint = run.footprint("15m", rows=10)
        ...     bars = run.bars("15m")
        >>> len(footprint.value_areas()) == len(bars) == 4
        True
        >>> bool(abs(footprint.delta.sum() - bars.delta.sum()) < 1e-9)
        True
        """
        length_ms = window_ms(window)
        from_ms, to_ms = (-(-ms // length_ms) * length_ms for ms in range_ms(start, end))
        height = self._row_height(rows, ticks)
        trades = self._full_history.trades(from_ms, to_ms)
        return footprint_table(_or_usage_error(footprint_of, trades, length_ms, height), height)

    def profile(
        self,
        start: Moment | None = None,
        end: Moment | None = None,
        *,
        rows: float | None = None,
        ticks: int = 1,
    ) -> Profile:
        """Return the profile of the trades of `[start, end)`, see `Profile`: one row a price row.

        A row is as high as one of a footprint.

        >>> with orderflow.open("run") as run:
        ...     profile = run.profile(rows=10)
        >>> low, high = profile.value_area()
        >>> low <= profile.poc < high
        True
        """
        height = self._row_height(rows, ticks)
        trades = self._full_history.trades(*range_ms(start, end))
        return profile_table(_or_usage_error(profile_of, trades, height), height)

    def heat(self, window: Window, start: Moment | None = None, end: Moment | None = None) -> Heat:
        """Return what rested in the book in the columns that begin in `[start, end)`, see `Heat`.

        A column is 10 seconds long with rows of one tick, or one minute of 8 ticks, or 10 minutes
        or an hour of 64. Raises UsageError for any other length.

        >>> with orderflow.open("run") as run:
        ...     heat = run.heat("1m", "2025-07-01T00:20", "2025-07-01T00:21")
        >>> wall = heat.size[~heat.is_bid].argmax()
        >>> bool(heat.price[~heat.is_bid][wall] > heat.price[heat.is_bid].max())
        True
        """
        length_ms = window_ms(window)
        layers = {layer.seconds * 1000: layer for layer in LAYERS}
        if length_ms not in layers:
            raise UsageError(f'expected columns of "10s", "1m", "10m" or "1h", found {window!r}')
        heat = self._full_history.heat(layers[length_ms], *range_ms(start, end))
        return heat_table(heat)

    def cvd(self, window: Window, anchor: Moment | None = None, end: Moment | None = None) -> Cvd:
        """Return the CVD that begins at 0 at `anchor`, a whole second, see `Cvd`.

        The first window is cut where the anchor lies within it.

        >>> with orderflow.open("run") as run:
        ...     cvd = run.cvd("15m", "2025-07-01T00:20")
        >>> len(cvd), cvd.open[0]
        (3, np.float64(0.0))
        """
        return cvd_table(cvd_since(self._bars_since(window, anchor, end)))

    def vwap(
        self, window: Window, anchor: Moment | None = None, end: Moment | None = None
    ) -> VwapLine:
        """Return the VWAP of all trades since `anchor`, a whole second, see `VwapLine`.

        >>> with orderflow.open("run") as run:
        ...     line = run.vwap("1m", "2025-07-01T00:20")
        >>> upper, lower = line.vwap + 2 * line.sigma, line.vwap - 2 * line.sigma
        >>> len(line)
        40
        """
        return vwap_table(vwap_since(self._bars_since(window, anchor, end)))

    def quality(self, start: Moment | None = None, end: Moment | None = None) -> Quality:
        """Return what was wrong with the book in `[start, end)`, see `Quality`.

        >>> with orderflow.open("run") as run:
        ...     run.quality()
        <Quality: 0 rows of kind, from_ms, to_ms, rows, file, row_id>
        """
        return quality_table(self._open_history.quality(*range_ms(start, end)))

    def figure(
        self, window: Window, start: Moment | None = None, end: Moment | None = None
    ) -> "go.Figure":
        """Return the page's charts as a Plotly figure: price, volume by delta, OBI and CVD.

        >>> with orderflow.open("run") as run:
        ...     figure = run.figure("5m")
        >>> [trace.name for trace in figure.data]
        ['price', 'volume', 'OBI', 'CVD']
        """
        from orderflow.figure import figure_of  # Plotly takes longer to import than all the rest

        told = window if isinstance(window, str) else f"{window:g} s"
        return figure_of(self.bars(window, start, end), f"{self.instrument or ''} · {told}")

    @property
    def _open_history(self) -> History:
        if self._history is None:
            raise UsageError(f"expected an open run, found {self!r} closed")
        return self._history

    @property
    def _full_history(self) -> History:
        history = self._open_history
        if not history.has_trades:
            raise HistoryError(
                RunDirectory(self.path).history,
                "expected a full history, found bars alone: it was made with --history bars",
            )
        return history

    def _row_height(self, rows: float | None, ticks: int) -> float:
        if rows is not None:
            if not isinstance(rows, Real):
                raise UsageError(f"expected the height of a row in quote units, found {rows!r}")
            return float(rows)
        if not isinstance(ticks, Integral) or ticks < 1:
            raise UsageError(f"expected rows of 1 tick or more, found {ticks!r}")
        tick = self.tick_size
        if tick is None:
            raise UsageError("expected the height of a row, found prices of no common tick")
        return float(price_of(np.array([ticks]), tick)[0])

    def _bars_since(self, window: Window, anchor: Moment | None, end: Moment | None) -> TradeBars:
        length_ms = window_ms(window)
        from_ms, to_ms = range_ms(anchor, end)
        if from_ms % SECOND_MS:
            raise UsageError(f"expected a whole second to begin at, found {format_utc(from_ms)}")
        first_ms = -(-from_ms // length_ms) * length_ms
        history = self._open_history
        cut = history.bars(SECOND_MS, from_ms, min(first_ms, to_ms)).merged(length_ms)
        whole = history.bars(length_ms, first_ms, max(first_ms, to_ms))
        return joined((cut.trades, whole.trades))


def _or_usage_error(make: Callable[..., KeptFootprint], *arguments: Any) -> KeptFootprint:
    try:
        return make(*arguments)
    except ValueError as error:  # rows of no height, or too many
        raise UsageError(str(error)) from error
