"""The time that passes over a ladder: what its kernel keeps of it, and what that completes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.engine.kernels.arguments import Bits, Heat, Numbers
from processor.engine.kernels.heat_kernel import HEAT_STATE
from shared.clock import NO_MOMENT

_COLUMNS, _CELLS = 256, 65_536
"""How many columns, and cells, there is room for at first; for as many keyframes, and levels.

So much that a batch of rows fills it seldom, as the kernel then stops: with a quarter of the cells
four of ten batches went in two parts, which took a twentieth of a whole run."""

_MOMENTS = ("now_ms", "stands_until_ms", "column_ms", "minute_ms")
_ROOM = ("columns", "cells", "frames", "levels")
_OF_LADDER = (*_ROOM, "left")


class LadderHeat:
    """Keeps time over a ladder of so many places."""

    def __init__(self, places: int) -> None:
        self._state = np.zeros(1, HEAT_STATE)
        for name in _MOMENTS:
            self._state[name] = NO_MOMENT
        self._dues = np.zeros((2, places))
        self._left = np.zeros((2, places // 64), np.uint64)
        self._left_words = np.zeros((2, places // 64**2), np.uint64)
        self._make_room(_CELLS)

    def arguments(self, row_ids: NDArray[np.int64]) -> Heat:
        """Return what the kernel takes for rows of these ids."""
        return Heat(
            self._state,
            self._dues,
            self._left,
            self._left_words,
            row_ids,
            self._columns,
            self._rows,
            self._totals,
            self._frames,
            self._prices,
            self._sizes,
        )

    def begin_file(self) -> None:
        """Take note that the next rows are those of the next file."""
        self._state["file"] += 1

    def take(self) -> tuple[HeatColumns, Keyframes]:
        """Return what is done since the last time, as long as the kernel is not called again."""
        columns, cells, frames, levels = (int(self._state[name][0]) for name in _ROOM)
        for name in _ROOM:
            self._state[name] = 0
        rows, totals = self._rows[:cells], self._totals[:cells]
        prices, sizes = self._prices[:levels], self._sizes[:levels]
        return (
            HeatColumns(*(*self._columns[:columns].T, rows, totals)),
            Keyframes(*(*self._frames[:frames].T, prices, sizes)),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is there to be taken."""
        return not any(self._state[name][0] for name in ("columns", "frames"))

    def grow(self) -> None:
        """Make more room, while nothing is in it."""
        self._make_room(2 * len(self._rows))

    def clock(self) -> dict[str, int]:
        """Return where it is in time, as HeatClock has it."""
        names = [name for name in HEAT_STATE.names or () if name not in _OF_LADDER]
        return {name: int(self._state[name][0]) for name in names}

    def set_clock(self, clock: dict[str, int]) -> None:
        """Be where `clock` was."""
        for name, value in clock.items():
            self._state[name] = value

    def dues(self, side: int, taken_words: Bits, taken: Bits) -> tuple[Any, Numbers]:
        """Return the places of a side that owe something, and what."""
        words = np.flatnonzero(self._left_words[side] | taken_words)
        chosen = bits_set(self._left_words[side] | taken_words, words)
        places = bits_set(self._left[side] | taken, chosen)
        owed = self._dues[side, places]
        return places[owed != 0.0], owed[owed != 0.0]

    def set_dues(self, side: int, places: Any, owed: Numbers) -> None:
        """Owe so much at these places."""
        words, bits = np.divmod(places.astype(np.uint64), np.uint64(64))
        self._dues[side, places] = owed
        np.bitwise_or.at(self._left[side], words, np.uint64(1) << bits)
        words, bits = np.divmod(words, np.uint64(64))
        np.bitwise_or.at(self._left_words[side], words, np.uint64(1) << bits)
        self._state["left"] += len(places)

    def _make_room(self, cells: int) -> None:
        self._columns, self._frames = np.empty((2, _COLUMNS, 5), np.int64)
        self._rows, self._totals = np.empty(cells, np.int64), np.empty(cells)
        self._prices, self._sizes = np.empty((2, cells))


def bits_set(words: Bits, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which bits are set, in ascending order, in the words of these numbers."""
    bits = np.unpackbits(words[numbers].astype("<u8").view(np.uint8), bitorder="little")
    return (64 * numbers[:, None] + np.arange(64)).ravel()[bits.astype(np.bool_)]
