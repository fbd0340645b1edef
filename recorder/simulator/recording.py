"""The parameters of one simulated recording, and the day files it consists of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from shared.clock import MS_PER_DAY
from shared.errors import UsageError

MS_PER_HOUR = 3_600_000
MAX_HOURS = 366 * 24
DEFAULT_START_MS = 1_751_328_000_000  # 2025-07-01
TICK_DECIMALS = 1
LOT_DECIMALS = 8


class LevelForm(StrEnum):
    """How the levels of a book row are written down."""

    JSON = "json"
    LITERAL = "literal"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Recording:
    """What to simulate: `hours` of an instrument from `start_ms` on, drawn from `seed`.

    Raises UsageError when the instrument cannot be part of a file name, or unless `hours` is
    positive and at most a year and the start not before 1970.
    """

    instrument: str = "BTC-USDT"
    start_ms: int = DEFAULT_START_MS
    hours: float = 2.0
    seed: int = 7
    level_form: LevelForm = LevelForm.JSON

    def __post_init__(self) -> None:
        if not self.instrument.strip() or "/" in self.instrument or "\\" in self.instrument:
            raise UsageError(f"expected an instrument like BTC-USDT, found {self.instrument!r}")
        if not 0 < self.hours <= MAX_HOURS:
            raise UsageError(f"expected 0 < hours <= {MAX_HOURS}, found {self.hours}")
        if self.start_ms < 0:
            raise UsageError(f"expected a start from 1970 on, found {self.start_ms} ms")

    @property
    def end_ms(self) -> int:
        """The exclusive end of the recording, epoch milliseconds, at least 1 ms after its start."""
        return self.start_ms + max(1, round(self.hours * MS_PER_HOUR))

    @property
    def days(self) -> range:
        """The UTC days touched, counted from 1970-01-01."""
        return range(self.start_ms // MS_PER_DAY, (self.end_ms - 1) // MS_PER_DAY + 1)

    def file_name(self, day: int) -> str:
        """Return the name of the file that holds UTC day `day`."""
        date = datetime.fromtimestamp(day * MS_PER_DAY / 1000, UTC)
        return f"{self.instrument}-{date:%y-%m-%d}.db"
