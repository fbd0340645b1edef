"""Remember when each row of a growing, trimmed array changed, to send only what is new."""

from collections.abc import Sequence
from typing import Any

Row = Sequence[Any]
"""A row's first element is its key: unique and growing within the array."""


class RowLog:
    """The newest state of one array, and the version at which each of its rows last changed."""

    def __init__(self) -> None:
        self._rows: Sequence[Row] = ()
        self._changed_at: dict[Any, int] = {}
        self._whole_at = 0

    def update(self, rows: Sequence[Row], version: int) -> bool:
        """Take `rows` as the state at `version` and say whether anything changed.

        Rows dropped from the front are a trim; any other row that vanished means that the array
        is another one, which is to be sent whole.
        """
        old = {row[0]: row for row in self._rows}
        new_keys = {row[0] for row in rows}
        first = rows[0][0] if rows else None
        if first is None or any(key not in new_keys for key in old if key >= first):
            if not rows and not old:
                return False
            self._rows, self._whole_at = rows, version
            self._changed_at = dict.fromkeys(new_keys, version)
            return True
        changed = [row[0] for row in rows if old.get(row[0]) != row]
        if not changed and len(old) == len(rows):
            return False
        before = self._changed_at
        self._changed_at = {row[0]: before.get(row[0], version) for row in rows}
        self._changed_at.update(dict.fromkeys(changed, version))
        self._rows = rows
        return True

    def since(self, version: int) -> dict[str, Any]:
        """Return what a reader at `version` lacks: all rows, or the changed ones and the first key.

        A reader keeps its rows from `first` on, and replaces or appends the given ones by key.
        """
        if self._whole_at > version or version == 0:
            return {"whole": True, "rows": list(self._rows)}
        return {
            "first": self._rows[0][0] if self._rows else None,
            "rows": [row for row in self._rows if self._changed_at[row[0]] > version],
        }
