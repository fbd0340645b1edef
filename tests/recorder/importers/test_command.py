"""The command tells what became of each file, and the processor runs on what it has made."""

import json
import random
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recorder.importers.command import main
from recorder.importers.known_others import known_heading
from recorder.importers.recognised import FORMAT_NAMES
from shared.recordings.writing.recording_writer import RecordingWriter
from tests.support.commands import run_command
from tests.support.imports import content
from tests.support.made_downloads import (
    HOUR_MS,
    MIDNIGHT_MS,
    gzipped,
    json_lines,
    made_trades,
    okx_book_lines,
    okx_csv,
    tarred,
)
from tests.support.tiny_disk import tiny_disk


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], env={})


def test_the_account_tells_of_each_file(tmp_path: Path) -> None:
    made = made_trades(random.Random(1), 100, MIDNIGHT_MS - HOUR_MS, 2 * HOUR_MS)
    lines = okx_csv(made, "c").splitlines(keepends=True)
    good = gzipped(tmp_path / "good.csv.gz", b"".join([*lines[:50], *lines[51:]]))
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"".join([*lines[:20], b"junk\n", *lines[20:30]]))
    other = tmp_path / "other.csv"
    other.write_text("timestamp,percentage,depth,notional\n1,2,3,4\n", "utf-8")
    result = run(good, odd, other, "--out-dir", tmp_path / "out")
    assert result.exit_code == 65
    assert [" ".join(line.split()) for line in result.stdout.splitlines() if "--" not in line] == [
        "file format rows in written duplicates skipped gaps days",
        "good.csv.gz OKX trades 99 99 0 0 1 2025-06-30 to 2025-07-01 (2)",
        "odd.csv OKX trades 30 0 29 1 0 2025-06-30",
        "other.csv unknown refused",
        "3 files 129 99 29 1 1 2025-06-30 to 2025-07-01 (2)",
        "odd.csv: 1 row skipped, first in line 21: cannot be read (expected 6 columns, found 1)",
        f"other.csv: refused: {known_heading(['percentage', 'depth'])}",
    ]


def test_all_imported_is_0_and_nothing_to_import_is_66(tmp_path: Path) -> None:
    path = tmp_path / "BTC-USDT-trades-2025-07-01.csv"
    path.write_bytes(okx_csv(made_trades(random.Random(1), 9), "a"))
    assert run(path, "--out-dir", tmp_path / "out").exit_code == 0
    assert run(path, "--out-dir", tmp_path / "out").exit_code == 0
    assert run(tmp_path / "none", "--out-dir", tmp_path / "out").exit_code == 66


@pytest.mark.parametrize(
    "arguments",
    [
        ("--contract-size", "much"),
        ("--contract-size", "-1"),
        ("--contract-size", "1:cubic"),
        ("--map", "price"),
        ("--map", "colour=x"),
        ("--instruments", "nowhere.json"),
        ("--format", "xls"),
    ],
    ids=" ".join,
)
def test_an_option_that_says_nothing_is_a_usage_error(
    arguments: tuple[str, str], tmp_path: Path
) -> None:
    assert run("x.csv", "--out-dir", tmp_path / "out", *arguments).exit_code == 2


def test_a_day_file_that_is_being_recorded_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "BTC-USDT-trades-2025-07-01.csv"
    path.write_bytes(okx_csv(made_trades(random.Random(1), 9), "a"))
    with RecordingWriter(tmp_path, "x", instruments=["BTC-USDT"], now_ms=lambda: MIDNIGHT_MS):
        result = run(path, "--out-dir", tmp_path)
    assert result.exit_code == 75
    assert "BTC-USDT-25-07-01.db: somebody else is writing it" in result.stderr


def test_a_folder_that_cannot_be_made_is_73(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / "BTC-USDT-trades-2025-07-01.csv"
    path.write_bytes(okx_csv(made_trades(random.Random(1), 9), "a"))
    assert run(path, "--out-dir", tmp_path / "file" / "folder").exit_code == 73


def test_a_full_disk_is_73_and_leaves_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "book.data"
    path.write_bytes(json_lines(okx_book_lines(random.Random(1), 2000)))
    with tiny_disk(tmp_path / "disk", 256) as folder:
        result = run(path, "--out-dir", folder)
        assert result.exit_code == 73
        assert "database or disk is full" in result.stderr
        assert list(folder.iterdir()) == []


def test_the_document_tells_of_every_format() -> None:
    told = (Path(__file__).parents[3] / "docs" / "import.md").read_text("utf-8")
    assert [name for name in FORMAT_NAMES if f"`{name}`" not in told] == []


def test_parquet_without_its_library_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1....PAR1")
    result = run(path, "--out-dir", tmp_path / "out")
    assert result.exit_code == 2
    assert "orderflow[research]" in result.stderr


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1....PAR1")
    result = run(path, "--out-dir", tmp_path / "out")
    assert result.exit_code == 66
    assert "its Parquet data is damaged" in result.stdout


def test_the_processor_makes_bars_and_imbalance_of_imported_days(tmp_path: Path) -> None:
    draw = random.Random(3)
    made = made_trades(draw, 3000, MIDNIGHT_MS - HOUR_MS, 2 * HOUR_MS)
    lines = okx_book_lines(draw, 4000, MIDNIGHT_MS - 10_000)
    trades = gzipped(tmp_path / "BTC-USDT-trades.csv.gz", okx_csv(made, "d"))
    book = tarred(tmp_path / "book.tar.gz", {"x.data": json_lines(lines)})
    data_dir, run_dir = tmp_path / "data", tmp_path / "run"
    assert run_command("orderflow-import", trades, book, "--out-dir", data_dir).returncode == 0
    result = run_command(
        *("orderflow-process", "--from", "2025-06-30", "--to", "2025-07-02"),
        *("--data-dir", data_dir, "--run-dir", run_dir),
    )
    assert result.returncode == 0, result.stderr
    bars = json.loads((run_dir / "data" / "ohlc_data.json").read_bytes())
    assert sum(bar[5] for bar in bars) == pytest.approx(sum(float(t.size) for t in made))
    cvd = json.loads((run_dir / "data" / "cvd_data.json").read_bytes())
    signed = sum(float(t.size) * (1 if t.side == "buy" else -1) for t in made)
    assert cvd[-1][4] == pytest.approx(signed)
    metrics = json.loads((run_dir / "data" / "metrics_data.json").read_bytes())
    assert all(-1 <= bar[3] <= bar[2] <= 1 for bar in metrics)
    assert len(metrics) == 2
    status = json.loads((run_dir / "data" / "processor_status.json").read_bytes())
    assert status["observed"]["resets"] == 4000 // 50 - 1
    assert len(content(data_dir)) == 2
