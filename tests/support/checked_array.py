"""An array that raises on every index outside it, negative ones included."""

from typing import Any

import numpy as np


class CheckedArray:
    """Stands in for a one-dimensional array in a kernel that runs as plain Python."""

    def __init__(self, values: Any, dtype: Any = None) -> None:
        self.values = np.array(values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        return self.values[self._checked(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        self.values[self._checked(index)] = value

    def _checked(self, index: Any) -> int:
        if not 0 <= int(index) < len(self.values):
            raise IndexError(f"expected 0 <= index < {len(self.values)}, was {index}")
        return int(index)
