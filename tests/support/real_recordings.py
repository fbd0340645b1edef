"""The real recordings beside the project: which there are, and a visible skip where none is."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.job import TimeRange, parse_moment
from shared.recordings.day_files import DayFile, find_day_files

ROOT = Path(__file__).parents[2]
REAL_DATA = ROOT.parent / "shared" / "data"

needs_real_data = pytest.mark.skipif(
    not REAL_DATA.is_dir(), reason="no real recordings in ../shared/data"
)


@dataclass(frozen=True, slots=True)
class RealRecording:
    """One instrument's day files, as the user names them."""

    folder: str
    instrument: str
    from_text: str
    to_text: str
    book_rows: int
    trades: int

    @property
    def data_dir(self) -> Path:
        """The folder of its files."""
        return REAL_DATA / self.folder

    @property
    def time_range(self) -> TimeRange:
        """All of it."""
        return TimeRange(parse_moment(self.from_text), parse_moment(self.to_text))

    @property
    def files(self) -> tuple[DayFile, ...]:
        """Its day files, in the order of time."""
        return find_day_files(self.data_dir, self.instrument, self.time_range.days).files


REAL_RECORDINGS = (
    RealRecording("okx", "BTC-USDT", "2022-05-13", "2022-05-14", 98, 69),
    RealRecording("okx", "BTC-USD-220527", "2022-05-13", "2022-05-14", 99, 4),
    RealRecording("okx", "ELON-USDT", "2022-02-27", "2022-02-28", 1602, 3),
    RealRecording("okx", "ZEN-USDT", "2022-02-27", "2022-02-28", 396, 11),
    RealRecording("okx", "PROPS-ETH", "2022-02-27", "2022-02-28", 208, 1),
    RealRecording("bitstamp", "BTC-USD", "2015-05-01", "2015-05-02", 29_992, 4_251),
    RealRecording("binance-spot", "BTC-USDT", "2024-08-08", "2024-08-10", 6_494, 19_904),
)

BINANCE = REAL_RECORDINGS[-1]

each_recording = pytest.mark.parametrize(
    "recording", REAL_RECORDINGS, ids=[f"{r.folder}-{r.instrument}" for r in REAL_RECORDINGS]
)
