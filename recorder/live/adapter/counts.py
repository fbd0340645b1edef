"""What a recorder has done so far, in numbers: for heartbeats, the log and whoever asks."""

import logging
from dataclasses import asdict, dataclass

logger = logging.getLogger(__name__)

SHOWN_GARBAGE = 5
_SHOWN_BYTES = 120


@dataclass(slots=True)
class Counts:
    """Numbers that grow."""

    messages: int = 0
    rows: int = 0
    book_rows: int = 0
    trades: int = 0
    gaps: int = 0
    connections: int = 0
    reconnects: int = 0
    resubscriptions: int = 0
    garbage: int = 0
    filled_trades: int = 0

    def as_progress(self) -> dict[str, float | None]:
        """Return them by name."""
        return {**asdict(self)}

    def take_garbage(self, data: bytes, why: object) -> None:
        """Count a message that cannot be used; the first few are shown, in letters that are safe.

        >>> Counts().take_garbage(bytes([27, 0x5B]) + b"2J", "no JSON")
        """
        self.garbage += 1
        if self.garbage <= SHOWN_GARBAGE:
            logger.warning(
                "a message that cannot be used is left out: %.200s: %d bytes, %s",
                ascii(str(why)),
                len(data),
                ascii(data[:_SHOWN_BYTES]),
            )
        if self.garbage == SHOWN_GARBAGE:
            logger.warning("more such messages are counted, and not shown")
