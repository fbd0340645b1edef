"""Pack columns by the compiled kernel, once it is ready."""

from collections.abc import Sequence

import numpy as np

from processor.engine.compiling.loading import Kernels
from processor.engine.kernels.arguments import Numbers
from processor.engine.kernels.packing_kernel import Integers, room_for
from shared.history.packing import pack


class FastPacking:
    """Does what `pack` does, to the byte; its kernel is among `kernels`."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels
        self._likely: dict[tuple[int, ...], Integers] = {}
        self._out = np.empty(0, np.uint8)

    def __call__(
        self,
        integers: Sequence[Integers],
        groups: Sequence[Sequence[Numbers]],
        floats: Sequence[Numbers],
    ) -> bytes:
        """See `pack`."""
        kernel = self._kernels.pack_columns
        if kernel is None:
            return pack(integers, groups, floats)
        numbers = [column for group in groups for column in group]
        rows = len((*integers, *numbers, *floats)[0])
        ends = np.cumsum([len(group) for group in groups])
        # Columns of one kind come again and again, and have the same decimals nearly each time.
        columns = len(integers) + len(numbers) + len(floats)
        form = (columns, *map(len, groups))
        likely = self._likely.setdefault(form, np.zeros(len(groups), np.int64))
        room = room_for(columns, rows)
        if len(self._out) < room:
            self._out = np.empty(2 * room, np.uint8)
        bits = np.stack(floats).view(np.int64) if floats else np.empty((0, rows), np.int64)
        whole = np.stack(integers) if integers else np.empty((0, rows), np.int64)
        column = np.empty(rows, np.int64)
        end = kernel(whole, np.stack(numbers), ends, bits, likely, column, self._out)
        return self._out[:end].tobytes()
