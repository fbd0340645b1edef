"""Read the heartbeats that a worker's own work loop writes."""

from collections.abc import Mapping
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

    `numbers` are those in the newest heartbeat, and `progress` is their sum: it grows while work is
    done.
    """

    boot_id: str
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    _partial: bytes = field(default=b"", repr=False)

    @property
    def progress(self) -> float:
        """How much is done, in no unit."""
        return sum(number for number in self.numbers.values() if number is not None)

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
        self.numbers = beat.progress
        return True
