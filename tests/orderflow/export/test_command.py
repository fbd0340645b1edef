"""The command `orderflow-export`: files read back by other libraries, and what goes wrong."""

import contextlib
import csv
import fcntl
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import orderflow
from orderflow.export.command import main
from orderflow.export.content import SLICE_MS, Content, What
from shared.exit_codes import ExitCode
from shared.job import HistoryContent
from shared.recordings.day_files import DayFile
from tests.support.commands import clean_environment, command_path
from tests.support.histories import keep_history
from tests.support.independent import sql_footprint, sql_trade_bars
from tests.support.recordings import T0
from tests.support.resume import make_job
from tests.support.tiny_disk import tiny_disk

HOUR = (T0, T0 + 3_600_000)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def export(run_dir: Path, what: str, out: Path, *options: str) -> Result:
    arguments = [what, "--out", str(out), "--run-dir", str(run_dir), *options]
    return CliRunner().invoke(main, arguments, env={}, catch_exceptions=False)


Row = dict[str, object]


def by_csv(path: Path) -> list[Row]:
    def number(text: str) -> object:
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text

    with path.open(newline="", encoding="utf-8") as file:
        return [{k: number(v) for k, v in row.items()} for row in csv.DictReader(file)]


def by_json(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def by_polars(path: Path) -> list[Row]:
    frame = pl.read_parquet(path)
    times = [name for name in ("ts", "from_ms", "to_ms") if name in frame.columns]
    assert all(frame[name].dtype == pl.Datetime("ms", "UTC") for name in times)
    return frame.with_columns(pl.col(name).dt.epoch("ms") for name in times).to_dicts()


FORMS: dict[str, Callable[[Path], list[Row]]] = {
    "csv": by_csv,
    "jsonl": by_json,
    "parquet": by_polars,
}
each_form = pytest.mark.parametrize("form", FORMS)


def exported(run_dir: Path, tmp_path: Path, form: str, what: str, *options: str) -> list[Row]:
    out = tmp_path / f"{what}.{form}"
    result = export(run_dir, what, out, *options)
    assert result.exit_code == 0, result.output
    rows = FORMS[form](out)
    assert f"{len(rows):,} rows" in result.stderr
    assert names_in(tmp_path) == [out.name]
    return rows


@each_form
def test_exported_bars_equal_sql_on_the_recording(
    demo_run: Path, demo_hour: DayFile, tmp_path: Path, form: str
) -> None:
    rows = exported(demo_run, tmp_path, form, "bars", "--window", "1s")
    ohlc, cvd = sql_trade_bars([demo_hour.path], *HOUR, 1_000)
    traded = [row for row in rows if row["trades"]]
    names = ("ts", "open", "high", "low", "close")
    assert [tuple(row[name] for name in names) for row in traded] == [bar[:5] for bar in ohlc]
    volumes = [row["volume"] for row in traded]
    np.testing.assert_allclose(volumes, [bar[5] for bar in ohlc], rtol=1e-9)
    ends = [row["cvd"] for row in traded]
    np.testing.assert_allclose(ends, [bar[4] for bar in cvd], rtol=1e-9, atol=1e-9)
    assert {row["trade_first_file"] for row in traded} == {demo_hour.path.name}
    silent = [row for row in rows if not row["trades"]]
    assert silent
    assert {row["volume"] for row in silent} == {None}


@each_form
def test_exported_bars_are_those_of_python(demo_run: Path, tmp_path: Path, form: str) -> None:
    rows = exported(demo_run, tmp_path, form, "bars", "--window", "5m")
    with orderflow.open(demo_run) as run:
        bars = run.bars("5m")
    assert list(rows[0]) == list(bars.columns)
    for name, column in bars.columns.items():
        if not name.endswith("_file"):
            assert [row[name] for row in rows] == column.tolist(), name


@each_form
def test_exported_trades_are_the_recorded_rows(
    demo_run: Path, demo_hour: DayFile, tmp_path: Path, form: str
) -> None:
    options = ("--from", "2025-07-01T00:10", "--to", "2025-07-01T00:20:30")
    rows = exported(demo_run, tmp_path, form, "trades", *options)
    assert rows == recorded_trades(demo_hour.path, T0 + 600_000, T0 + 1_230_000)


def recorded_trades(path: Path, from_ms: int, to_ms: int) -> list[Row]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(
            "SELECT CAST(timestamp AS INTEGER) AS ts, price, size, lower(side) AS side, ? AS file,"
            " id AS row_id FROM trades WHERE ts >= ? AND ts < ? ORDER BY ts, id",
            (path.name, from_ms, to_ms),
        )
        return [dict(row) for row in rows]


@each_form
def test_exported_footprints_equal_sql_on_the_recording(
    demo_run: Path, demo_hour: DayFile, tmp_path: Path, form: str
) -> None:
    rows = exported(demo_run, tmp_path, form, "footprint", "--window", "15m", "--rows", "2.5")
    expected = sql_footprint([demo_hour.path], *HOUR, 900_000, 25, 10)
    names = ("ts", "price", "buy_volume", "sell_volume", "buy_trades", "sell_trades")
    np.testing.assert_allclose([[row[name] for name in names] for row in rows], expected, rtol=1e-9)


@each_form
def test_rows_are_of_as_many_ticks(demo_run: Path, tmp_path: Path, form: str) -> None:
    rows = exported(demo_run, tmp_path, form, "footprint", "--window", "1h", "--ticks", "25")
    with orderflow.open(demo_run) as run:
        footprint = run.footprint("1h", rows=2.5)
    for name, column in footprint.columns.items():
        assert [row[name] for row in rows] == column.tolist(), name


@each_form
def test_no_marks_of_quality_are_a_file_without_rows(
    demo_run: Path, tmp_path: Path, form: str
) -> None:
    assert exported(demo_run, tmp_path, form, "quality") == []


def test_parquet_has_the_types_of_what_it_tells(demo_run: Path, tmp_path: Path) -> None:
    for what in ("trades", "bars", "quality"):
        assert export(demo_run, what, tmp_path / f"{what}.parquet").exit_code == 0
    trades = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "trades.parquet")}
    text = "dictionary<values=string, indices=int32, ordered=0>"
    assert trades == {
        "ts": "timestamp[ms, tz=UTC]",
        "price": "double",
        "size": "double",
        "side": text,
        "file": text,
        "row_id": "int64",
    }
    quality = {f.name: str(f.type) for f in pq.read_schema(tmp_path / "quality.parquet")}
    assert (quality["kind"], quality["from_ms"]) == (text, "timestamp[ms, tz=UTC]")


def test_slices_meet_without_a_seam(demo_run: Path, tmp_path: Path) -> None:
    # Of a window longer than what is read at once, and of one that no slice begins with.
    for window in ("1d", "7s", "11m"):
        out = tmp_path / f"{window}.jsonl"
        assert export(demo_run, "bars", out, "--window", window).exit_code == 0
        with orderflow.open(demo_run) as run:
            assert [row["ts"] for row in by_json(out)] == run.bars(window).ts.tolist()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["bars", "--out", "bars.txt"], 2, "expected a file ending in .csv, .jsonl"),
        (["bars", "--out", "b.csv", "--window", "5x"], 2, "expected a window of whole seconds"),
        (["bars", "--out", "b.csv", "--from", "2025-07-02", "--to", "2025-07-01"], 2, "--from"),
        (["heatmap", "--out", "b.csv"], 2, "'heatmap' is not one of"),
        (["bars", "--out", "b.csv", "--from", "2026-01-01"], 66, "the history is of 2025-07-01"),
        (["footprint", "--out", "b.csv", "--rows", "1e-13"], 2, "expected price rows that can"),
        (["bars", "--out", "no/b.csv"], 73, "no/b.csv: cannot be written"),
        (["bars", "--out", "folder.csv"], 73, "folder.csv: cannot be written: it is a folder"),
    ],
    ids=lambda value: " ".join(value[:5]) if isinstance(value, list) else None,
)
def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(
    demo_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    result = CliRunner().invoke(main, [*options, "--run-dir", str(demo_run)], env={})
    assert (result.exit_code, message in result.stderr) == (code, True), result.stderr
    assert names_in(tmp_path) == ["folder.csv"]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    result = export(tmp_path / "run", "bars", tmp_path / "bars.csv")
    assert result.exit_code == ExitCode.NO_INPUT
    assert f"{tmp_path / 'run'}: expected a run directory" in result.stderr


def test_trades_of_a_history_of_bars_alone_are_an_error(
    demo_minutes: DayFile, tmp_path: Path
) -> None:
    job = make_job(demo_minutes.path.parent, tmp_path / "run", history=HistoryContent.BARS)
    run = keep_history(job)
    result = export(run.root, "trades", tmp_path / "trades.csv")
    assert result.exit_code == ExitCode.NO_INPUT
    assert "made with --history bars" in result.stderr
    assert not (tmp_path / "trades.csv").exists()


def test_without_pyarrow_the_extra_is_named_and_nothing_is_left(
    demo_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as if it were not installed
    result = export(demo_run, "bars", tmp_path / "bars.parquet")
    assert result.exit_code == ExitCode.USAGE
    assert "pyarrow, which is not installed: it comes with orderflow[research]" in result.stderr
    assert names_in(tmp_path) == []


def test_csv_needs_none_of_the_extra(demo_run: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('pandas', 'polars', 'pyarrow'): sys.modules[name] = None\n"
        "from orderflow.export.command import main\n"
        f"main(['bars', '--out', {str(tmp_path / 'b.csv')!r}, '--run-dir', {str(demo_run)!r}])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=clean_environment(), timeout=60)
    assert len(by_csv(tmp_path / "b.csv")) == 60


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_export_that_is_ended_leaves_the_file_as_it_was(
    demo_run: Path, tmp_path: Path, form: str, number: signal.Signals
) -> None:
    out = tmp_path / f"footprint.{form}"
    out.write_text("earlier")
    options = ["footprint", "--out", out, "--run-dir", demo_run, "--window", "1s"]
    for _ in range(50):  # it may be done before the signal comes
        process = subprocess.Popen(
            [command_path("orderflow-export"), *map(str, options)],
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        while len(names_in(tmp_path)) == 1 and process.poll() is None:
            pass  # the moment is short: no pause
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
        if process.returncode != 0:
            break
        out.write_text("earlier")
    assert (process.returncode, told) == (128 + number, "")
    assert (names_in(tmp_path), out.read_text()) == ([out.name], "earlier")


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_one_line_and_leaves_nothing(
    demo_run: Path, tmp_path: Path, form: str
) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        result = export(demo_run, "bars", disk / f"bars.{form}", "--window", "1s")
        assert result.exit_code == ExitCode.CANNOT_WRITE
        assert "cannot be written: No space left on device" in result.stderr
        assert names_in(disk) == []


def test_a_terminal_is_shown_how_far_it_is(demo_run: Path, tmp_path: Path) -> None:
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    arguments = ["bars", "--out", tmp_path / "bars.csv", "--run-dir", demo_run]
    process = subprocess.Popen(
        [command_path("orderflow-export"), *map(str, arguments)],
        stderr=its,
        env=clean_environment(),
    )
    os.close(its)
    shown = b""
    with contextlib.suppress(OSError):  # it has ended
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.wait(timeout=30) == 0
    assert b"exporting:" in shown
    assert b"0/60" in shown
    assert shown.decode().rstrip().endswith("MB")


@pytest.mark.parametrize("what", [What.BARS, What.TRADES, What.FOOTPRINT])
def test_a_month_is_read_in_slices_of_some_hours(what: What) -> None:
    month = Content(what, T0 + 1, T0 + 31 * 86_400_000, window_ms=7_000)
    slices = list(month.spans())
    assert (slices[0][0], slices[-1][1]) == (T0 + 1, T0 + 31 * 86_400_000)
    assert all(end == start for (_, end), (start, _) in pairwise(slices))
    assert max(end - start for start, end in slices) <= SLICE_MS + 7_000
