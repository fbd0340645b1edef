"""Read the heartbeats that a worker's own work loop writes."""

from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import BrokenFileError
from shared.run_files.documents import decode_document
from shared.worker_link import Beat
from supervisor.loop.descriptors import read_available

_MAX_LINE_BYTES = 65_536
_PIPE = Path("heartbeats")


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
            beat = decode_document(_PIPE, line, Beat)
        except BrokenFileError:
            return False
        if beat.boot_id != self.boot_id:
            return False
        self.progress = sum(number for number in beat.progress.values() if number is not None)
        return True
