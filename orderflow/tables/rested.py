"""What rested in the book, at which prices, for how long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orderflow.tables.table import Moments, Numbers, Table
from shared.history.heat import Heat as KeptHeat


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Heat(Table):
    """How much rested in the book in columns of time, in the order of `ts`, side and `price`.

    One row each for a price at which something did. `ts` is the column's start, `price` the lower
    edge of a row of `row_height`; `size`, in base units, is the mean of what rested there over the
    time that the book stood, known to a sixteenth of it. `is_bid` tells the side.
    """

    ts: Moments
    price: Numbers
    row_height: Numbers
    is_bid: NDArray[np.bool_]
    size: Numbers


def heat_table(heat: KeptHeat) -> Heat:
    """Return columns of heat as a table."""
    bids, asks = (np.diff(side.ends, prepend=0) for side in (heat.bids, heat.asks))
    columns = np.concatenate([np.repeat(np.arange(len(heat.ts)), count) for count in (bids, asks)])
    order = np.argsort(columns, kind="stable")  # of each column its bids, then its asks
    columns = columns[order]
    rows = np.concatenate([heat.bids.rows, heat.asks.rows])[order]
    per_unit = 10.0 ** heat.decimals[columns]
    return Heat(
        ts=heat.ts[columns],
        price=rows * heat.layer.ticks / per_unit,
        row_height=heat.layer.ticks / per_unit,
        is_bid=order < len(heat.bids.rows),
        size=np.concatenate([heat.bids.sizes, heat.asks.sizes])[order],
    )
