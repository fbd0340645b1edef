"""The whole book at the start of a minute, exact."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.history.bars import Numbers
from shared.history.packing import Pack, PackedColumnsError, pack, unpack


class Keyframe(NamedTuple):
    """The book at `ts`, after all rows up to that of `file` and `row_id`.

    Bids and asks are (levels, 2), prices and sizes, the best first. File 0 is none.
    """

    ts: int
    file: int
    row_id: int
    bids: NDArray[np.float64]
    asks: NDArray[np.float64]


def pack_levels(prices: Numbers, sizes: Numbers, pack: Pack = pack) -> bytes:
    """Return the levels of a book as a blob: those of its bids, then those of its asks."""
    return pack((), ((prices,), (sizes,)), ())


def unpack_levels(bids: int, blob: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return bids and asks of which `blob` holds so many bids; see Keyframe.

    Raises PackedColumnsError when it is something else.
    """
    columns = unpack(blob)
    if len(columns) != 2 or len(columns[0]) < bids:
        raise PackedColumnsError(f"expected two columns of {bids} levels or more, found others")
    levels = np.stack(columns, axis=1).astype(np.float64, copy=False)
    return levels[:bids], levels[bids:]
