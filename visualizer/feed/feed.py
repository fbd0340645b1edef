"""Turn states of a run into what a browser at some version lacks of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from visualizer.feed.row_log import Row, RowLog


class Feed:
    """Numbers every change of a run's state, so that only what is new need travel.

    A state has arrays, of which changed rows are sent, and values, sent whole when they change.
    `feed_id` names this feed: a browser that was fed by another one, before a restart, starts
    over. A position is `<feed_id>.<version>`.
    """

    def __init__(self, feed_id: str) -> None:
        self._feed_id = feed_id
        self._version = 0
        self._arrays: dict[str, RowLog] = {}
        self._array_inputs: dict[str, Sequence[Row]] = {}
        self._array_versions: dict[str, int] = {}
        self._values: dict[str, Any] = {}
        self._value_versions: dict[str, int] = {}

    @property
    def position(self) -> str:
        """Where a browser stands that has everything so far."""
        return f"{self._feed_id}.{self._version}"

    def update(self, arrays: Mapping[str, Sequence[Row]], values: Mapping[str, Any]) -> None:
        """Take the run's newest state; unchanged input leaves the position where it is."""
        version = self._version + 1
        for name, rows in arrays.items():
            if self._array_inputs.get(name) is rows:  # an unread file: not worth a comparison
                continue
            self._array_inputs[name] = rows
            log = self._arrays.setdefault(name, RowLog())
            if log.update(rows, version) or name not in self._array_versions:
                self._array_versions[name] = self._version = version
        for name, value in values.items():
            if name not in self._values or self._values[name] != value:
                self._values[name] = value
                self._value_versions[name] = self._version = version

    def message(self, position: str | None) -> dict[str, Any] | None:
        """Return what a browser at `position` lacks, or None when it lacks nothing.

        An unknown position, or none, is answered with everything (`whole` is then true).
        """
        since = self._version_of(position)
        if since == self._version and since > 0:
            return None
        message: dict[str, Any] = {"position": self.position, "whole": since == 0}
        for name, changed_at in self._array_versions.items():
            if changed_at > since:
                message[name] = self._arrays[name].since(since)
        for name, changed_at in self._value_versions.items():
            if changed_at > since:
                message[name] = self._values[name]
        return message

    def _version_of(self, position: str | None) -> int:
        feed_id, _, version = (position or "").rpartition(".")
        if feed_id != self._feed_id or not version.isascii() or not version.isdigit():
            return 0
        number = int(version[:18])
        return number if number <= self._version else 0
