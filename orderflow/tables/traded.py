"""Trades, and what was traded at which prices."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orderflow.tables.table import NO_COLUMN, Counts, Moments, Numbers, Table
from shared.errors import UsageError
from shared.history.order_flow.footprint import Footprint as KeptFootprint
from shared.history.order_flow.price_rows import price_of, rows_of
from shared.history.order_flow.value_area import VALUE_SHARE, ValueAreaBy, value_area
from shared.history.trades import Trades as KeptTrades


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trades(Table):
    """One row a trade, in the order in which they count.

    `ts` is the time as recorded; `price` in quote, `size` in base units; `is_buy` tells whether the
    taker bought. The recorded row is `row_id` of the file with the number `file` in `run.files`.
    """

    ts: Moments
    price: Numbers
    size: Numbers
    is_buy: NDArray[np.bool_]
    file: Counts
    row_id: Counts


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValueAreas(Table):
    """One row a window: where most was traded, and between which prices the value area lies.

    `poc` and `low` are lower edges of rows, `high` is the upper edge of the highest one.
    """

    ts: Moments
    poc: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Footprint(Table):
    """What was traded in windows at rows of prices, in the order of `ts` and `price`.

    One row each that has trades. `ts` is the window's start, `price` the lower edge of a row of
    `row_height`. Volumes and `delta` (buys − sells) are in base units.
    """

    ts: Moments
    price: Numbers
    volume: Numbers
    buy_volume: Numbers
    sell_volume: Numbers
    delta: Numbers
    buy_trades: Counts
    sell_trades: Counts
    row_height: float = field(metadata=NO_COLUMN)

    def value_areas(self, by: str = ValueAreaBy.PAIR, share: float = VALUE_SHARE) -> ValueAreas:
        """Return point of control and value area of each window.

        The point of control is the row with most volume, the lower one of equals. The area grows
        from there until it has `share` of the volume, by the larger pair of rows above or below,
        or, with `by="row"`, the larger row. Raises UsageError when `by` is neither.
        """
        how = _value_area_by(by)
        starts = np.flatnonzero(np.diff(self.ts, prepend=self.ts[:1] - 1))
        rows = rows_of(self.price, self.row_height)
        ends = np.append(starts[1:], len(self))[: len(starts)]
        areas = [
            value_area(rows[start:end], self.volume[start:end], how, share)
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
        poc, low, high = np.array(areas, np.int64).reshape(-1, 3).T
        edges = (price_of(each, self.row_height) for each in (poc, low, high + 1))
        return ValueAreas(self.ts[starts], *edges)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profile(Table):
    """What was traded at rows of prices, the lowest first; rows without trades are left out.

    `price` is the lower edge of a row of `row_height`. Volumes and `delta` (buys − sells) are in
    base units.
    """

    price: Numbers
    volume: Numbers
    buy_volume: Numbers
    sell_volume: Numbers
    delta: Numbers
    buy_trades: Counts
    sell_trades: Counts
    row_height: float = field(metadata=NO_COLUMN)

    @property
    def poc(self) -> float:
        """The lower edge of the row with most volume, the lower one of equals; NaN without any."""
        return float(self.price[np.argmax(self.volume)]) if len(self) else np.nan

    def value_area(
        self, by: str = ValueAreaBy.PAIR, share: float = VALUE_SHARE
    ) -> tuple[float, float]:
        """Return the lower and the upper edge of the value area, NaN without trades.

        See Footprint.value_areas.
        """
        how = _value_area_by(by)
        if not len(self):
            return np.nan, np.nan
        area = value_area(rows_of(self.price, self.row_height), self.volume, how, share)
        low, high = price_of(np.array([area.low, area.high + 1]), self.row_height).tolist()
        return low, high


def footprint_table(footprint: KeptFootprint, row_height: float) -> Footprint:
    """Return a footprint of rows of `row_height` as a table."""
    return Footprint(ts=footprint.ts, **_traded(footprint, row_height))


def profile_table(profile: KeptFootprint, row_height: float) -> Profile:
    """Return a profile of rows of `row_height` as a table."""
    return Profile(**_traded(profile, row_height))


def _traded(footprint: KeptFootprint, row_height: float) -> dict[str, Any]:
    return {
        "price": price_of(footprint.rows, row_height),
        "volume": footprint.volume,
        "buy_volume": footprint.buy_volume,
        "sell_volume": footprint.sell_volume,
        "delta": footprint.delta,
        "buy_trades": footprint.buy_trades,
        "sell_trades": footprint.sell_trades,
        "row_height": row_height,
    }


def _value_area_by(by: str) -> ValueAreaBy:
    try:
        return ValueAreaBy(by)
    except ValueError as error:
        raise UsageError(f'expected a value area by "pair" or "row", found {by!r}') from error


def trades_table(trades: KeptTrades) -> Trades:
    """Return trades as a table."""
    return Trades(
        ts=trades.times_ms,
        price=trades.prices,
        size=trades.sizes,
        is_buy=trades.is_buy == 1,
        file=trades.files,
        row_id=trades.row_ids,
    )
