"""Remember when each row of a growing, trimmed array changed, to send only what is new."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

Row = Sequence[Any]
"""A row's first element is its key: unique and growing within the array."""


class RowLog:
    """The newest state of one array, and the version at which each of its rows last changed."""

    def __init__(self) -> None:
        self._rows: Sequence[Row] = ()
        self._keys: list[Any] = []
        self._changed_at: list[int] = []
        self._whole_at = 0

    def update(self, rows: Sequence[Row], version: int) -> bool:
        """Take `rows` as the state at `version` and say whether anything changed.

        Rows may be dropped at the front, changed, and added at the end; any other array is another
        one, which is to be sent whole.
        """
        keys = [row[0] for row in rows]
        trimmed = bisect_left(self._keys, keys[0]) if keys else 0
        kept = self._keys[trimmed:]
        if not keys or keys[: len(kept)] != kept:
            has_changed = bool(keys or self._keys)
            self._whole_at = version if has_changed else self._whole_at
            self._changed_at = [version] * len(keys)
        else:
            changed_at = self._changed_at[trimmed:] + [version] * (len(keys) - len(kept))
            for index, (old, new) in enumerate(zip(self._rows[trimmed:], rows, strict=False)):
                if old is not new and old != new:
                    changed_at[index] = version
            has_changed = trimmed > 0 or version in changed_at
            self._changed_at = changed_at
        self._rows, self._keys = rows, keys
        return has_changed

    def since(self, version: int) -> dict[str, Any]:
        """Return what a reader at `version` lacks: all rows, or the changed ones and the first key.

        A reader keeps its rows from `first` on, and replaces or appends the given ones by key.
        """
        if self._whole_at > version or version == 0:
            return {"whole": True, "rows": list(self._rows)}
        news = zip(self._rows, self._changed_at, strict=True)
        return {
            "first": self._keys[0] if self._keys else None,
            "rows": [row for row, changed_at in news if changed_at > version],
        }
