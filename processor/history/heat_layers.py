"""Make the layers of heat from columns as they come, each from the finer one before it."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from processor.calculation.book_pieces import HeatColumns, sides_of
from processor.rules.heat import EXACT
from shared.clock import NO_MOMENT
from shared.history.heat import LAYERS, Integers, Numbers, pack_heat

TS, STANDING, DECIMALS, BIDS, ASKS = range(5)
"""What each row of `OpenLayers.told` says, the last two how many rows a side has."""


class HeatRow(NamedTuple):
    """A row of the table `heat`."""

    seconds: int
    ts: int
    decimals: int
    standing_ms: int
    bids: bytes
    asks: bytes


class OpenLayers:
    """The columns that are not over yet of all layers but the first, and what is in them.

    `told` is (3, 5), see `TS` and its like; rows and totals are (3, 2, room). `newest_ms` is the
    start of the newest column of the first layer.
    """

    def __init__(self) -> None:
        self.newest_ms = NO_MOMENT
        self.told = np.zeros((len(LAYERS) - 1, 5), np.int64)
        self.told[:, TS] = NO_MOMENT
        self.rows = np.zeros((len(self.told), 2, 0), np.int64)
        self.totals = np.zeros((len(self.told), 2, 0))

    def make_room(self, cells: int) -> None:
        """Make room for so many more cells on each side of each layer."""
        needed = int(self.told[:, BIDS:].max()) + cells
        if self.rows.shape[2] < needed:
            more = [(0, 0), (0, 0), (0, 2 * needed - self.rows.shape[2])]
            self.rows, self.totals = np.pad(self.rows, more), np.pad(self.totals, more)

    def side(self, layer: int, side: int) -> tuple[Integers, Numbers]:
        """Return rows and totals of a side of a layer counted from the second."""
        count = self.told[layer, BIDS + side]
        return self.rows[layer, side, :count], self.totals[layer, side, :count]

    def copy(self) -> "OpenLayers":
        """Return another one that is the same."""
        return OpenLayers.from_lists(self.to_lists())

    def to_lists(self) -> list[list[Any]]:
        """Return all of it as lists of numbers."""
        lists: list[list[Any]] = [[self.newest_ms], *self.told.tolist()]
        for layer in range(len(self.told)):
            for side in (0, 1):
                lists += (column.tolist() for column in self.side(layer, side))
        return lists

    @classmethod
    def from_lists(cls, lists: list[list[Any]]) -> "OpenLayers":
        """Return what `to_lists` saw; a new one of none."""
        layers = cls()
        if not lists:
            return layers
        [layers.newest_ms], *told = lists
        count = len(layers.told)
        layers.told[:] = told[:count]
        columns = iter(told[count:])
        layers.make_room(0)
        for layer in range(count):
            for side in (0, 1):
                for column in layers.side(layer, side):
                    column[:] = next(columns)
        return layers


class LayHeat(Protocol):
    """Takes columns into the open layers, and returns the columns of all layers that are over."""

    def __call__(self, columns: HeatColumns, layers: OpenLayers) -> list[HeatRow]:
        """See `lay_heat`."""
        ...


def lay_heat(columns: HeatColumns, layers: OpenLayers) -> list[HeatRow]:
    """Take the next columns into `layers`, and return those that are over then, of all layers."""
    made: list[HeatRow] = []
    rows, totals = np.asarray(columns.rows, np.int64), np.asarray(columns.totals, np.float64)
    for ts, standing_ms, decimals, sides in zip(
        columns.starts_ms,
        columns.standing_ms,
        columns.decimals,
        sides_of(columns.bid_ends, columns.ask_ends),
        strict=True,
    ):
        _close(int(ts), layers, made)
        cells = [(rows[side], totals[side]) for side in sides]
        made.append(_row(0, int(ts), int(standing_ms), int(decimals), cells))
        _merge(0, int(ts), int(standing_ms), int(decimals), cells, layers)
        layers.newest_ms = int(ts)
    return made


def all_open(open_column: HeatColumns | None, layers: OpenLayers) -> list[HeatRow]:
    """Return the columns that are not over, of all layers, as they are now."""
    layers = layers.copy()
    made = lay_heat(open_column, layers) if open_column is not None else []
    _close(None, layers, made)
    return made


def _close(ts: int | None, layers: OpenLayers, made: list[HeatRow]) -> None:
    """Close what is over where a column begins at `ts`, all of it where none does."""
    for layer, told in enumerate(layers.told):
        open_ts, standing_ms, decimals, *_ = told.tolist()
        width_ms = LAYERS[layer + 1].seconds * 1000
        if open_ts == NO_MOMENT or (ts is not None and open_ts == ts // width_ms * width_ms):
            continue
        cells = [layers.side(layer, side) for side in (0, 1)]
        made.append(_row(layer + 1, open_ts, standing_ms, decimals, cells))
        if layer + 1 < len(layers.told):
            _merge(layer + 1, open_ts, standing_ms, decimals, cells, layers)
        told[:] = NO_MOMENT, 0, 0, 0, 0


def _row(
    layer: int, ts: int, standing_ms: int, decimals: int, cells: list[tuple[Integers, Numbers]]
) -> HeatRow:
    bids, asks = (pack_heat(rows, totals / standing_ms) for rows, totals in cells)
    return HeatRow(LAYERS[layer].seconds, ts, decimals, standing_ms, bids, asks)


def _merge(
    layer: int,
    ts: int,
    standing_ms: int,
    decimals: int,
    cells: list[tuple[Integers, Numbers]],
    layers: OpenLayers,
) -> None:
    """Add a column of a layer to the open one of the next."""
    layers.make_room(max(len(rows) for rows, _ in cells))
    told = layers.told[layer]
    if told[TS] == NO_MOMENT:
        width_ms = LAYERS[layer + 1].seconds * 1000
        told[TS], told[DECIMALS] = ts // width_ms * width_ms, decimals
    told[STANDING] += standing_ms
    ticks = LAYERS[layer + 1].ticks // LAYERS[layer].ticks
    for side, (rows, totals) in enumerate(cells):
        more_decimals = int(told[DECIMALS]) - decimals
        fits = rows * 10.0 ** max(more_decimals, 0) < EXACT
        scaled = rows[fits] * 10 ** max(more_decimals, 0) // 10 ** max(-more_decimals, 0) // ticks
        held_rows, held_totals = layers.side(layer, side)
        merged, place = np.unique(np.concatenate([held_rows, scaled]), return_inverse=True)
        sums = np.bincount(place, np.concatenate([held_totals, totals[fits]]), len(merged))
        told[BIDS + side] = len(merged)
        layers.rows[layer, side, : len(merged)] = merged
        layers.totals[layer, side, : len(merged)] = sums
