"""Day files: whose they are and of which day, by their names alone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from shared.errors import NoInputError
from shared.job import TimeRange, parse_moment
from shared.recordings.day_files import FoundFiles, find_day_files, parse_day_file


def days(from_text: str, to_text: str) -> range:
    return TimeRange(parse_moment(from_text), parse_moment(to_text)).days


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found_names(folder: Path, instrument: str, day_range: range) -> list[str]:
    return [file.path.name for file in find_day_files(folder, instrument, day_range).files]


JULY = days("2025-07-01", "2025-08-01")


@pytest.mark.parametrize(
    ("name", "instrument", "day"),
    [
        ("BTC-USDT-25-07-01.db", "BTC-USDT", date(2025, 7, 1)),
        ("BTC-USDT-2025-07-01.db", "BTC-USDT", date(2025, 7, 1)),
        ("BTC-USDT-25-07-01.sqlite", "BTC-USDT", date(2025, 7, 1)),
        ("BTC-USDT-2025-07-01.sqlite3", "BTC-USDT", date(2025, 7, 1)),
        ("BTC-USDT-SWAP-25-07-01.db", "BTC-USDT-SWAP", date(2025, 7, 1)),
        ("BTC-USDT-240329-24-03-29.db", "BTC-USDT-240329", date(2024, 3, 29)),
        ("BTC-USDT-24-02-29.db", "BTC-USDT", date(2024, 2, 29)),
    ],
)
def test_a_day_file_name_says_instrument_and_day(name: str, instrument: str, day: date) -> None:
    file = parse_day_file(Path(name))
    assert file is not None
    assert (file.instrument, file.date) == (instrument, day)


@pytest.mark.parametrize(
    "name",
    [
        "BTC-USDT.db",
        "BTC-USDT-25-07.db",
        "BTC-USDT-25-13-01.db",
        "BTC-USDT-25-02-29.db",
        "BTC-USDT-25-07-01.db-wal",
        "BTC-USDT-25-07-01.db-shm",
        "BTC-USDT-25-07-01.db.bak",
        "BTC-USDT-25-07-01.csv",
        "-25-07-01.db",
        "25-07-01.db",
        ".BTC-USDT-25-07-01.db.tmp",
    ],
)
def test_any_other_name_is_no_day_file(name: str) -> None:
    assert parse_day_file(Path(name)) is None


def test_files_come_in_the_order_of_days_over_a_turn_of_the_year(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-01-01.db", "X-24-12-31.db", "X-2025-01-02.sqlite")
    assert found_names(tmp_path, "X", days("2024-12-31", "2025-01-03")) == [
        "X-24-12-31.db",
        "X-25-01-01.db",
        "X-2025-01-02.sqlite",
    ]


def test_an_instrument_whose_name_starts_another_one_picks_up_only_its_own(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "BTC-USDT-25-07-01.db",
        "BTC-USDT-SWAP-25-07-01.db",
        "BTC-USDT-240329-25-07-01.db",
        "BTC-USDT-240329-25-07-02.db",
        "XBTC-USDT-25-07-01.db",
    )
    assert found_names(tmp_path, "BTC-USDT", JULY) == ["BTC-USDT-25-07-01.db"]
    assert found_names(tmp_path, "BTC-USDT-SWAP", JULY) == ["BTC-USDT-SWAP-25-07-01.db"]
    assert found_names(tmp_path, "BTC-USDT-240329", JULY) == [
        "BTC-USDT-240329-25-07-01.db",
        "BTC-USDT-240329-25-07-02.db",
    ]


def test_a_folder_named_after_the_instrument_is_searched_too(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-07-01.db", "X/X-25-07-02.db", "X-SWAP/X-25-07-03.db", "Y/X-25-07-04.db")
    assert found_names(tmp_path, "X", JULY) == ["X-25-07-01.db", "X-25-07-02.db"]


@pytest.mark.parametrize(
    ("from_text", "to_text", "expected"),
    [
        ("2025-07-02", "2025-07-03", ["X-25-07-02.db"]),
        ("2025-07-01T23:59:59.999", "2025-07-02", ["X-25-07-01.db"]),
        ("2025-07-01T12:00", "2025-07-02T00:00:00.001", ["X-25-07-01.db", "X-25-07-02.db"]),
    ],
    ids=["one-day", "last-millisecond-of-a-day", "first-millisecond-of-the-next"],
)
def test_only_days_that_the_half_open_range_touches_are_read(
    tmp_path: Path, from_text: str, to_text: str, expected: list[str]
) -> None:
    touch(tmp_path, "X-25-07-01.db", "X-25-07-02.db", "X-25-07-03.db")
    assert found_names(tmp_path, "X", days(from_text, to_text)) == expected


def test_days_without_a_file_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-07-01.db", "X-25-07-03.db")
    found = find_day_files(tmp_path, "X", days("2025-07-01", "2025-07-05"))
    assert found.missing == (date(2025, 7, 2), date(2025, 7, 4))


def test_a_second_file_of_the_same_day_is_left_out_and_named(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-07-01.db", "X-2025-07-01.sqlite", "X/X-25-07-01.db")
    found = find_day_files(tmp_path, "X", JULY)
    assert [file.path for file in found.files] == [tmp_path / "X-2025-07-01.sqlite"]
    assert [file.path for file in found.duplicates] == [
        tmp_path / "X-25-07-01.db",
        tmp_path / "X" / "X-25-07-01.db",
    ]


def test_a_directory_named_like_a_day_file_is_none(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-07-01.db")
    (tmp_path / "X-25-07-02.db").mkdir()
    found = find_day_files(tmp_path, "X", days("2025-07-01", "2025-07-03"))
    assert [file.path.name for file in found.files] == ["X-25-07-01.db"]
    assert found.missing == (date(2025, 7, 2),)


def without_leave(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Have the system refuse to list `folders`, as it does to anybody but root."""
    iterdir = Path.iterdir

    def refusing(self: Path) -> Iterator[Path]:
        if self in folders:
            raise PermissionError(13, "Permission denied", str(self))
        return iterdir(self)

    monkeypatch.setattr(Path, "iterdir", refusing)


def test_a_folder_of_the_instrument_that_may_not_be_read_is_named_and_the_rest_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "X-25-07-01.db", "X/X-25-07-02.db")
    without_leave(monkeypatch, tmp_path / "X")
    found = find_day_files(tmp_path, "X", JULY)
    assert [file.path.name for file in found.files] == ["X-25-07-01.db"]
    assert found.unreadable == ((tmp_path / "X", "Permission denied"),)


def test_a_folder_of_somebody_else_is_looked_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "X-25-07-01.db", "lost+found/Z-25-07-01.db")
    without_leave(monkeypatch, tmp_path / "lost+found")
    assert absence(tmp_path, "Y").endswith("; instruments there: X")


def test_a_data_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_leave(monkeypatch, tmp_path)
    assert absence(tmp_path, "X").endswith(f"; {tmp_path} cannot be read: Permission denied")


def test_a_name_too_long_to_be_one_is_nothing_to_process(tmp_path: Path) -> None:
    assert "no file" in absence(tmp_path, "X" * 300)


def absence(folder: Path, instrument: str) -> str:
    with pytest.raises(NoInputError) as caught:
        find_day_files(folder, instrument, JULY)
    return str(caught.value)


def test_absence_names_folder_pattern_range_and_the_nearest_days(tmp_path: Path) -> None:
    touch(tmp_path, "X-25-06-01.db", "X-25-06-30.db", "X-25-08-01.db", "Y-25-07-01.db")
    assert absence(tmp_path, "X") == (
        f"{tmp_path}: no file X-YY-MM-DD.db for 2025-07-01 to 2025-07-31;"
        " nearest days of X: 2025-06-30, 2025-08-01, 2025-06-01"
    )


def test_absence_of_an_instrument_names_those_with_a_similar_name(tmp_path: Path) -> None:
    touch(tmp_path, "BTC-USDT-SWAP-25-07-01.db", "ETH-USD-25-07-01.db", "ZZZ-25-07-01.db")
    message = absence(tmp_path, "BTC-USDT")
    assert "instruments there: BTC-USDT-SWAP" in message
    assert "ZZZ" not in message


def test_absence_names_instruments_that_have_folders_of_their_own(tmp_path: Path) -> None:
    touch(tmp_path, "BTC-USDT/BTC-USDT-25-07-01.db", "ETH-USDT/ETH-USDT-25-07-01.db")
    assert absence(tmp_path, "BTC-USD").endswith("instruments there: BTC-USDT, ETH-USDT")


def test_absence_of_everything_says_so(tmp_path: Path) -> None:
    assert absence(tmp_path, "X").endswith("; the folder holds no day files")


def test_absence_of_the_folder_says_so(tmp_path: Path) -> None:
    touch(tmp_path, "a-file")
    for name in ("missing", "a-file"):
        message = absence(tmp_path / name, "X")
        assert message.startswith(f"{tmp_path / name}: no file X-YY-MM-DD.db")
        assert message.endswith("; there is no such folder")


def test_missing_days_are_told_as_runs() -> None:
    days = [date(2025, 7, day) for day in (1, 2, 3, 7, 9, 10)]
    found = FoundFiles(files=(), missing=tuple(days), duplicates=())

    assert found.gaps == [
        (date(2025, 7, 1), date(2025, 7, 3), 3),
        (date(2025, 7, 7), date(2025, 7, 7), 1),
        (date(2025, 7, 9), date(2025, 7, 10), 2),
    ]
