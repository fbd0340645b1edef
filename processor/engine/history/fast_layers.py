"""Make the layers of heat by the compiled kernel, once it is ready."""

import numpy as np

from processor.calculation.book_pieces import HeatColumns
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels.layers_kernel import HEADER_BYTES, MOST_BYTES_A_CELL
from processor.history.heat_layers import ASKS, BIDS, HeatRow, OpenLayers, lay_heat
from shared.history.heat import LAYERS


class FastLayers:
    """Does what `lay_heat` does, to the byte; its kernel is among `kernels`."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels
        self._out = np.empty(0, np.uint8)

    def __call__(self, columns: HeatColumns, layers: OpenLayers) -> list[HeatRow]:
        """See `lay_heat`."""
        kernel = self._kernels.lay_columns
        if kernel is None or not len(columns.starts_ms):
            return lay_heat(columns, layers)
        told = np.stack(
            [
                np.asarray(column, np.int64)
                for column in (
                    *(columns.starts_ms, columns.standing_ms, columns.decimals),
                    *(columns.bid_ends, columns.ask_ends),
                )
            ]
        )
        rows, totals = np.asarray(columns.rows, np.int64), np.asarray(columns.totals, np.float64)
        layers.make_room(len(rows))
        most = len(LAYERS) * (len(columns.starts_ms) + 1)
        index = np.empty((most, 6), np.int64)
        # A coarser column has no more cells than the finer ones that it is made of.
        cells = len(LAYERS) * (len(rows) + int(layers.told[:, BIDS : ASKS + 1].sum()))
        room = MOST_BYTES_A_CELL * cells + 2 * HEADER_BYTES * most
        if len(self._out) < room:
            self._out = np.empty(2 * room, np.uint8)
        held = layers.rows.shape[2]
        codes = np.empty(max(held, len(rows)), np.uint32)
        count = kernel(
            told,
            rows,
            totals,
            layers.told,
            layers.rows,
            layers.totals,
            np.empty(held, np.int64),
            np.empty(held),
            codes,
            index,
            self._out,
        )
        layers.newest_ms = int(told[0, -1])
        return self._rows(index[:count].tolist())

    def _rows(self, index: list[list[int]]) -> list[HeatRow]:
        made, start, out = [], 0, self._out
        for layer, ts, decimals, standing_ms, middle, end in index:
            bids, asks = out[start:middle].tobytes(), out[middle:end].tobytes()
            made.append(HeatRow(LAYERS[layer].seconds, ts, decimals, standing_ms, bids, asks))
            start = end
        return made
