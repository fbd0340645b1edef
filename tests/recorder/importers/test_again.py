"""Killed and run again, run twice, in whatever order and pieces: the content is the same."""

import os
import random
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from recorder.importers.placing import placer as placer_module
from recorder.importers.placing.id_ranges import IdRanges
from tests.support.imports import content, import_file, trades
from tests.support.made_downloads import (
    HOUR_MS,
    MIDNIGHT_MS,
    expected,
    gzipped,
    json_lines,
    made_trades,
    okx_book_lines,
    okx_csv,
    tarred,
    zipped,
)
from tests.support.waiting import wait_for


def downloads(folder: Path, seed: int) -> list[Path]:
    """Make a month's worth of formats: trades of two days, a book over midnight, JSON lines."""
    draw = random.Random(seed)
    made = made_trades(draw, 2000, MIDNIGHT_MS - HOUR_MS, 2 * HOUR_MS)
    lines = okx_book_lines(draw, 500, MIDNIGHT_MS - 1500)
    plain = [
        {"symbol": "ETH-USDT", "ts": t.time_ms, "price": t.price, "size": t.size, "side": t.side}
        for t in made[::7]
    ]
    return [
        zipped(folder / "BTC-USDT-trades-2025-07.zip", {"BTC-USDT-trades.csv": okx_csv(made, "b")}),
        tarred(folder / "BTC-USDT-L2orderbook-400lv.tar.gz", {"x.data": json_lines(lines)}),
        gzipped(folder / "trades.jsonl.gz", json_lines(plain)),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_second_import_adds_nothing(seed: int, tmp_path: Path) -> None:
    paths = downloads(tmp_path, seed)
    first = [import_file(path, tmp_path / "out") for path in paths]
    before = content(tmp_path / "out")
    again = [import_file(path, tmp_path / "out") for path in paths]
    assert content(tmp_path / "out") == before, f"seed {seed}"
    assert [outcome.rows_written for outcome in again] == [0, 0, 0]
    assert [outcome.duplicates for outcome in again] == [one.rows_written for one in first]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_does_not_matter(seed: int, tmp_path: Path) -> None:
    paths = downloads(tmp_path, seed)
    for path in paths:
        import_file(path, tmp_path / "one")
    for path in random.Random(seed).sample(paths, len(paths)):
        import_file(path, tmp_path / "other")
    assert content(tmp_path / "one") == content(tmp_path / "other"), f"seed {seed}"


@pytest.mark.parametrize("seed", range(6))
def test_any_pieces_in_any_order_make_the_same_day(seed: int, tmp_path: Path) -> None:
    """Pieces overlap, lines are shuffled; ids are whole numbers, so nothing else counts."""
    draw = random.Random(seed)
    made = made_trades(draw, 600, MIDNIGHT_MS - HOUR_MS, 2 * HOUR_MS)
    for number in range(4):
        piece = made if number == 0 else draw.sample(made, draw.randrange(1, 600))
        piece = draw.sample(piece[:: 1 if number else 2], len(piece[:: 1 if number else 2]))
        path = tmp_path / f"BTC-USDT-trades-{number}.csv"
        path.write_bytes(okx_csv(piece, draw.choice("abcd")))
        import_file(path, tmp_path / "out", instrument="BTC-USDT")
    last = tmp_path / "BTC-USDT-trades-2025-07-09.csv"
    last.write_bytes(okx_csv(draw.sample(made, len(made)), "a"))
    import_file(last, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(made), f"seed {seed}"


@pytest.mark.parametrize("seed", range(4))
def test_books_cut_anywhere_overlap_without_a_row_twice(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    lines = okx_book_lines(draw, 400)
    whole = tmp_path / "whole.data"
    whole.write_bytes(json_lines(lines))
    import_file(whole, tmp_path / "one")
    first, last = sorted(draw.sample(range(1, 399), 2))
    for name, piece in (("a", lines[:last]), ("b", lines[first:]), ("c", lines[first:last])):
        path = tmp_path / f"{name}.data"
        path.write_bytes(json_lines(piece))
        import_file(path, tmp_path / "other")
    one, other = (content(tmp_path / name) for name in ("one", "other"))
    for name, tables in one.items():
        assert [row[1:] for row in other[name]["book"]] == [row[1:] for row in tables["book"]], (
            f"seed {seed}, cut at {first} and {last}"
        )


def test_more_days_than_can_be_open_are_all_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placer_module, "MOST_OPEN", 2)
    made = made_trades(random.Random(11), 400, MIDNIGHT_MS, 9 * 24 * HOUR_MS)
    shuffled = random.Random(12).sample(made, len(made))
    path = gzipped(tmp_path / "BTC-USDT-trades-2025-07.csv.gz", okx_csv(shuffled, "c"))
    outcome = import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(made)
    assert len(outcome.days) == 9


def test_damage_is_found_before_days_are_written_that_cannot_all_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placer_module, "MOST_OPEN", 2)
    made = made_trades(random.Random(13), 20_000, MIDNIGHT_MS, 9 * 24 * HOUR_MS)
    path = gzipped(tmp_path / "BTC-USDT-trades-2025-07.csv.gz", okx_csv(made, "c"))
    path.write_bytes(path.read_bytes()[:-100])
    assert import_file(path, tmp_path / "out").refusal is not None
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("seed", range(3))
def test_killed_in_its_midst_and_run_again_it_ends_in_the_same_content(
    seed: int, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    made = made_trades(draw, 150_000, MIDNIGHT_MS - HOUR_MS, 2 * HOUR_MS)  # more than a cache
    lines = okx_book_lines(draw, 4000, MIDNIGHT_MS - 10_000)
    paths = [
        gzipped(tmp_path / "BTC-USDT-trades.csv.gz", okx_csv(made, "c")),
        tarred(tmp_path / "book.tar.gz", {"x.data": json_lines(lines)}),
    ]
    command = [sys.executable, "-m", "recorder.importers", *map(str, paths), "--out-dir"]
    subprocess.run([*command, str(tmp_path / "one")], check=True, capture_output=True)
    out = tmp_path / "other"
    with subprocess.Popen([*command, str(out)], stdout=subprocess.DEVNULL) as killed:
        grown = draw.randrange(100_000, 9_000_000)

        def has_grown() -> bool:
            files = list(out.glob("*.db")) if out.is_dir() else []
            return sum(file.stat().st_size for file in files) >= grown

        wait_for(lambda: has_grown() or killed.poll() is not None, "a file that grows")
        os.kill(killed.pid, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL, f"seed {seed}: it was faster"
    subprocess.run([*command, str(out)], check=True, capture_output=True)
    assert content(out) == content(tmp_path / "one"), f"seed {seed}"
    assert sorted(path.name for path in out.iterdir()) == [
        "BTC-USDT-25-06-30.db",
        "BTC-USDT-25-07-01.db",
    ]


@pytest.mark.parametrize("seed", range(20))
def test_gaps_in_ids_are_counted_in_whatever_order_they_come(seed: int) -> None:
    draw = random.Random(seed)
    ids = sorted(draw.sample(range(1, 200), draw.randrange(1, 199)))
    expected_gaps = sum(later != one + 1 for one, later in pairwise(ids))
    ranges = IdRanges()
    shuffled = draw.choice((ids, ids[::-1], draw.sample(ids, len(ids)))) + ids[:5]
    while shuffled:
        count = draw.randrange(1, 30)
        ranges.add(shuffled[:count])
        shuffled = shuffled[count:]
    assert ranges.gaps == expected_gaps, f"seed {seed}"
