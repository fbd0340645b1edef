"""Put heat and keyframes into their tables; a row for now is replaced by that of the whole."""

import sqlite3
from collections.abc import Iterable

import numpy as np

from processor.calculation.book_pieces import Keyframes, sides_of
from processor.history.heat_layers import HeatRow, OpenLayers
from shared.history.bars import Numbers
from shared.history.heat import LAYERS
from shared.history.keyframes import pack_levels
from shared.history.packing import Pack


class BookTables:
    """Writes columns of heat and keyframes, packed by `pack`, through `connection`."""

    def __init__(self, connection: sqlite3.Connection, pack: Pack) -> None:
        self._connection = connection
        self._pack = pack

    def put_heat(self, rows: Iterable[HeatRow]) -> None:
        """Put columns of heat, in the place of those of the same time."""
        self._connection.executemany("INSERT OR REPLACE INTO heat VALUES (?, ?, ?, ?, ?, ?)", rows)

    def put_keyframes(self, keyframes: Keyframes) -> None:
        """Put the next keyframes."""
        prices = np.asarray(keyframes.prices, np.float64)
        sizes = np.asarray(keyframes.sizes, np.float64)
        told = zip(keyframes.minutes_ms, keyframes.files, keyframes.row_ids, strict=True)
        sides = sides_of(keyframes.bid_ends, keyframes.ask_ends)
        self._connection.executemany(
            "INSERT OR REPLACE INTO keyframes VALUES (?, ?, ?, ?, ?)",
            [
                (
                    *map(int, name),
                    int(bids.stop - bids.start),
                    self._packed(prices, sizes, slice(bids.start, asks.stop)),
                )
                for name, (bids, asks) in zip(told, sides, strict=True)
            ],
        )

    def cut(self, layers: OpenLayers, frame_ms: int) -> None:
        """Forget the heat that was not over yet with `layers`, and keyframes after `frame_ms`."""
        self._delete("heat", "seconds = ? AND ts > ?", LAYERS[0].seconds, layers.newest_ms)
        for layer in LAYERS[1:]:
            width_ms = layer.seconds * 1000
            open_ms = layers.newest_ms // width_ms * width_ms
            self._delete("heat", "seconds = ? AND ts >= ?", layer.seconds, open_ms)
        self._delete("keyframes", "ts > ?", frame_ms)

    def _packed(self, prices: Numbers, sizes: Numbers, part: slice) -> bytes:
        return pack_levels(prices[part], sizes[part], self._pack)

    def _delete(self, table: str, condition: str, *values: int) -> None:
        self._connection.execute(f"DELETE FROM {table} WHERE {condition}", values)
