"""Read the heartbeats that a worker's own work loop writes."""

from dataclasses import dataclass, field

import orjson

from supervisor.processes.descriptors import read_available

_MAX_LINE_BYTES = 65_536


@dataclass(slots=True)
class HeartbeatReader:
    """Takes heartbeats of one process off its pipe; only its own boot id counts.

    `progress` is the sum of the numbers in the newest heartbeat: it grows while work is done.
    """

    boot_id: str
    progress: float = 0.0
    _partial: bytes = field(default=b"", repr=False)

    def read(self, descriptor: int) -> int | None:
        """Return how many heartbeats arrived, or None when the pipe has ended."""
        chunk = read_available(descriptor, _MAX_LINE_BYTES)
        if chunk is None:
            return None
        lines = (self._partial + chunk).split(b"\n")
        self._partial = lines.pop()[:_MAX_LINE_BYTES]
        return sum(self._accept(line) for line in lines)

    def _accept(self, line: bytes) -> bool:
        try:
            beat = orjson.loads(line)
        except orjson.JSONDecodeError:
            return False
        if not isinstance(beat, dict) or beat.pop("boot_id", None) != self.boot_id:
            return False
        self.progress = sum(value for value in beat.values() if isinstance(value, int | float))
        return True
