"""Whether a recording is simulated: told by its files, whatever stands beside the rows."""

from pathlib import Path

import pytest

from processor.reporting.origin import LOOK_SECONDS, Origin
from recorder.simulator import Recording, write_recording
from shared.recordings.day_files import DayFile, parse_day_file
from shared.recordings.sources import at_host
from shared.recordings.writing.growing_file import Commits, GrowingFile
from shared.recordings.writing.rows import NewTrade
from tests.support.recordings import T0, Tick
from tests.support.recordings import Recording as Rows

DAY = T0 // 86_400_000
TRADE = NewTrade(T0, "1", 100.0, 1.0, "buy")


def file_in(folder: Path, day: int = DAY) -> DayFile:
    return DayFile(folder / f"{day}.db", "BTC-USDT", day)


def record(file: DayFile, source: str) -> None:
    growing = GrowingFile(file.path, file.instrument, Commits.OFTEN)
    growing.claim("trades", source)
    growing.append([TRADE])
    growing.commit()
    growing.close()


def test_what_the_simulator_writes_is_simulated(tmp_path: Path) -> None:
    (path,) = write_recording(tmp_path, Recording(hours=0.001))
    file = parse_day_file(path)
    assert file is not None
    origin = Origin()
    origin.expect([file])
    assert origin.is_simulated(0.0)


@pytest.mark.parametrize(
    ("source", "expected"),
    [("OKX, live", False), (at_host("OKX, live", "localhost:1"), True), ("simulated market", True)],
)
def test_what_is_recorded_is_what_its_recorder_noted(
    tmp_path: Path, source: str, expected: bool
) -> None:
    record(file_in(tmp_path), source)
    origin = Origin()
    origin.expect([file_in(tmp_path)])
    assert origin.is_simulated(0.0) is expected


def test_a_recording_is_asked_while_it_is_written_and_nothing_is_written_beside_it(
    tmp_path: Path,
) -> None:
    file = file_in(tmp_path)
    growing = GrowingFile(file.path, file.instrument, Commits.OFTEN)
    growing.claim("trades", "simulated market")
    growing.append([TRADE])
    growing.commit()
    beside = sorted(path.name for path in tmp_path.iterdir())
    origin = Origin()
    origin.expect([file])
    assert origin.is_simulated(0.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == beside
    growing.close()


def test_a_recording_that_says_nothing_is_not_called_simulated(tmp_path: Path) -> None:
    Rows(tmp_path).write([], [Tick(T0, 100, 1, "buy")], day="25-07-01")
    origin = Origin()
    origin.expect([DayFile(tmp_path / "BTC-USDT-25-07-01.db", "BTC-USDT", DAY)])
    assert not origin.is_simulated(0.0)


def test_a_file_that_is_begun_is_asked_until_it_has_rows(tmp_path: Path) -> None:
    origin, file = Origin(), file_in(tmp_path)
    origin.expect([file])
    assert not origin.is_simulated(0.0)
    record(file, "simulated market")
    assert not origin.is_simulated(LOOK_SECONDS / 2)
    assert origin.is_simulated(LOOK_SECONDS)


def test_one_simulated_day_among_others_is_told_when_it_appears(tmp_path: Path) -> None:
    real, other = file_in(tmp_path), file_in(tmp_path, DAY + 1)
    record(real, "OKX, live")
    record(other, "simulated market")
    origin = Origin()
    origin.expect([real])
    assert not origin.is_simulated(0.0)
    origin.expect([real, other])
    assert origin.is_simulated(0.0)
