"""The command `orderflow-process` as a real process: files, exit codes, signals, help."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.command_line.options import JOB_OPTIONS
from shared.exit_codes import ExitCode
from shared.run_files.processor_status import Phase, read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.commands import clean_environment, command_path, run_command
from tests.support.real_recordings import BINANCE, needs_real_data
from tests.support.recordings import BOOK_SCHEMA, T0, TRADES_SCHEMA, Book, Recording, Tick
from tests.support.runs import published
from tests.support.waiting import wait_for

RANGE = ("--from", "2025-07-01", "--to", "2025-07-02")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    Recording(tmp_path / "data").write(
        [Book(T0 + 1, [[99, 3]], [[101, 1]])],
        [Tick(T0 + 2, 100, 2), Tick(T0 + 10_000, 102, 1, "sell")],
    )
    return tmp_path / "data"


def process(data: Path, run: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    return run_command("orderflow-process", *RANGE, "--data-dir", data, "--run-dir", run, *more)


def test_the_plain_call_writes_the_five_files_and_exits_0(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = process(data, run, "--instrument", "BTC-USDT", "--window-seconds", "10")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (run / "data").iterdir()) == [
        "cvd_data.json",
        "depth_data.json",
        "metrics_data.json",
        "ohlc_data.json",
        "processor_status.json",
    ]
    result = published(run)
    assert result.ohlc == [[T0, 100, 100, 100, 100, 2], [T0 + 10_000, 102, 102, 102, 102, 1]]
    assert result.cvd == [[T0, 0, 2, 0, 2], [T0 + 10_000, 2, 2, 1, 1]]
    assert result.metrics == [[T0, *[0.5] * 4, *[4] * 4]]
    assert result.depth == {"bids": [[99, 3]], "asks": [[101, 1]]}
    assert result.status.phase is Phase.FINISHED
    assert "done: 1 book rows, 2 trades, data time 2025-07-01 00:00:10 UTC" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--no-such-option"], "No such option"),
        (["unexpected"], "unexpected extra argument"),
        (["--from", "2025-07-02", "--to", "2025-07-01"], "expected --from before --to"),
        (["--from", "2025-07-01", "--to", "2025-07-01"], "expected --from before --to"),
        (["--from", "2025-02-30"], "expected a date like 2025-07-01"),
        (["--to", "tomorrow"], "expected a date like 2025-07-01"),
        (["--from", ""], "expected a date like 2025-07-01"),
        (["--window-seconds", "0"], "is not in the range"),
        (["--window-seconds", "-5"], "is not in the range"),
        (["--window-seconds", "1.5"], "is not a valid integer"),
        (["--depth-levels", "0"], "is not in the range"),
        (["--instrument", " "], "expected an instrument like BTC-USDT"),
        (["--instrument", "../BTC"], "expected an instrument like BTC-USDT"),
    ],
    ids=lambda value: "=".join(value) if isinstance(value, list) else "",
)
def test_a_usage_error_exits_2_and_says_what_is_expected(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    run = tmp_path / "run"
    done = run_command("orderflow-process", "--run-dir", run, *arguments)
    assert done.returncode == ExitCode.USAGE
    assert message in done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not run.exists()


def test_unusable_rows_exit_65_and_are_named(data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data / "BTC-USDT-25-07-01.db") as connection:
        connection.execute("UPDATE trades SET side = 'hold' WHERE id = 2")
    connection.close()
    done = process(data, tmp_path / "run")
    assert done.returncode == ExitCode.PARTIAL_DATA
    assert "skipped BTC-USDT-25-07-01.db, trades row 2: expected side buy or sell" in done.stderr
    assert "not all input could be used: 1 rows skipped, 0 files with problems" in done.stderr


def test_no_file_exits_66_with_folder_pattern_and_nearest(data: Path, tmp_path: Path) -> None:
    done = process(data, tmp_path / "run", "--instrument", "BTC-USD")
    assert done.returncode == ExitCode.NO_INPUT
    assert done.stderr.splitlines()[-1] == (
        f"Error: {data}: no file BTC-USD-YY-MM-DD.db for 2025-07-01 to 2025-07-01;"
        " instruments there: BTC-USDT"
    )
    assert read_processor_status(RunDirectory(tmp_path / "run").processor_status).last_error


def run_changed(change: str, data: Path, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command with its module `m` changed by `change`."""
    code = f"import processor.main as m\n{change}\nm.run()\n"
    return subprocess.run(
        [sys.executable, "-c", code, "--data-dir", str(data), "--run-dir", str(tmp_path / "run")],
        env={k: v for k, v in clean_environment().items() if k != "OPENBLAS_NUM_THREADS"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_bug_exits_70_and_keeps_its_traceback(data: Path, tmp_path: Path) -> None:
    change = "def run(self): raise RuntimeError('a bug')\nm.Pipeline.run = run"
    done = run_changed(change, data, tmp_path)
    assert done.returncode == ExitCode.INTERNAL
    assert "Traceback" in done.stderr
    assert "RuntimeError: a bug" in done.stderr


def test_it_ends_at_once_when_it_is_done_and_says_all_it_had_to_say(
    data: Path, tmp_path: Path
) -> None:
    change = (
        "import atexit\n"
        "atexit.register(print, 'the interpreter is taken apart')\n"
        "def run(self): print('last words', end=''); return 65\n"
        "m.Pipeline.run = run"
    )
    done = run_changed(change, data, tmp_path)
    assert (done.returncode, done.stdout) == (65, "last words"), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_numpy_starts_no_threads_for_matrices(data: Path, tmp_path: Path) -> None:
    change = (
        "import os\n"
        "def run(self): import numpy; print(len(os.listdir('/proc/self/task'))); return 0\n"
        "m.Pipeline.run = run"
    )
    done = run_changed(change, data, tmp_path)
    assert done.stdout == "1\n", done.stderr


@pytest.mark.parametrize("blocked", ["run", "run/data", "run/data/ohlc_data.json"])
def test_a_run_directory_that_cannot_be_written_exits_73(
    data: Path, tmp_path: Path, blocked: str
) -> None:
    obstacle = tmp_path / blocked
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    if obstacle.suffix:
        (obstacle / "a-folder-that-is-not-empty").mkdir(parents=True)
    else:
        obstacle.write_text("a file where the folder should be")
    done = process(data, tmp_path / "run")
    assert done.returncode == ExitCode.CANNOT_WRITE
    assert done.stderr.splitlines()[-1].startswith(f"Error: {tmp_path / 'run'}")
    assert "cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def long_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that takes longer to process than a signal takes to arrive."""
    folder = tmp_path_factory.mktemp("long")
    connection = sqlite3.connect(folder / "BTC-USDT-25-07-01.db")
    connection.execute(BOOK_SCHEMA)
    connection.execute(TRADES_SCHEMA)
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499999)"
        " INSERT INTO book SELECT i + 1, NULL,"
        ' \'[["99","\' || (1 + i % 7) || \'"]]\', \'[["101","1"]]\', ? + i * 100 FROM n',
        (T0,),
    )
    connection.commit()
    connection.close()
    return folder


@pytest.fixture
def running(long_data: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [command_path("orderflow-process"), *RANGE]
    command += ["--data-dir", str(long_data), "--run-dir", str(tmp_path / "run")]
    with subprocess.Popen(
        command, env=clean_environment(), stderr=subprocess.PIPE, text=True
    ) as child:
        status = RunDirectory(tmp_path / "run").processor_status
        try:
            wait_for(lambda: status.exists() or child.poll() is not None, "a published status", 30)
            assert child.poll() is None, "the processor ended before it was stopped"
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["sigint", "sigterm"],
)
def test_a_stop_signal_ends_the_run_with_its_code_and_the_status_stopped(
    running: "subprocess.Popen[str]", tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    running.send_signal(number)
    _, stderr = running.communicate(timeout=30)
    assert running.returncode == exit_code, stderr
    result = published(tmp_path / "run")
    assert result.status.phase is Phase.STOPPED
    assert result.status.last_error is None
    assert f"stopped by {number.name}" in stderr
    assert "Traceback" not in stderr


def test_help_names_every_option_with_default_and_variable_and_the_exit_codes() -> None:
    done = run_command("orderflow-process", "--help")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    options = text.partition("Options:")[2]
    for name, default in {
        "--instrument": "BTC-USDT",
        "--from": "2025-07-01",
        "--to": "2025-08-01",
        "--data-dir": "../data/OKX",
        "--run-dir": "run",
        "--window-seconds": "60",
        "--depth-levels": "50",
        "--snapshots": "guess",
        "--history": "full",
    }.items():
        variable = "ORDERFLOW_" + name.strip("-").replace("-", "_").upper()
        described = options.partition(f" {name} ")[2].partition(" --")[0]
        assert described, name
        assert f"env var: {variable}" in described
        assert f"default: {default}" in described
    for code, meaning in {
        "0": "done",
        "2": "usage",
        "65": "some input files or rows could not be used",
        "66": "nothing to process",
        "70": "internal error",
        "73": "the folder to write to cannot be written",
        "130": "ended by Ctrl-C",
        "143": "ended by SIGTERM",
    }.items():
        assert f"{code} {meaning}" in text
    assert "Example: orderflow-process --instrument" in text
    assert len(JOB_OPTIONS) == 9


def test_the_environment_gives_every_option_and_the_command_line_wins(
    data: Path, tmp_path: Path
) -> None:
    environment = {
        "ORDERFLOW_INSTRUMENT": "BTC-USDT",
        "ORDERFLOW_FROM": "2025-07-01T00:00:01",
        "ORDERFLOW_TO": "2025-07-01T00:00:20+00:00",
        "ORDERFLOW_DATA_DIR": str(data),
        "ORDERFLOW_RUN_DIR": str(tmp_path / "run"),
        "ORDERFLOW_WINDOW_SECONDS": "5",
        "ORDERFLOW_DEPTH_LEVELS": "7",
    }
    done = run_command("orderflow-process", "--depth-levels", "3", env=environment)
    assert done.returncode == 0, done.stderr
    result = published(tmp_path / "run")
    assert result.ohlc == [[T0 + 10_000, 102, 102, 102, 102, 1]]
    status = result.status
    assert (status.window_seconds, status.depth_levels) == (5, 3)
    assert (status.from_ms, status.to_ms) == (T0 + 1_000, T0 + 20_000)


def test_a_bad_variable_exits_2_and_names_the_option() -> None:
    done = run_command("orderflow-process", env={"ORDERFLOW_WINDOW_SECONDS": "soon"})
    assert done.returncode == ExitCode.USAGE
    assert "--window-seconds" in done.stderr


def test_the_defaults_are_the_folders_of_the_contract(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    Recording(tmp_path / "data" / "OKX").write([Book(T0, [[99, 3]], [[101, 1]])])
    done = run_command("orderflow-process", "--to", "2025-07-02", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert published(folder / "run").status.book_rows == 1


def test_the_same_input_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    documents = []
    for name in ("one", "two"):
        assert process(data, tmp_path / name).returncode == 0
        run = RunDirectory(tmp_path / name)
        documents.append([p.read_bytes() for p in (run.ohlc, run.cvd, run.metrics, run.depth)])
    assert documents[0] == documents[1]


@needs_real_data
def test_the_main_job_on_real_input_uses_every_row(tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = run_command(
        "orderflow-process",
        *("--instrument", "BTC-USDT", "--from", "2024-08-08", "--to", "2024-08-10"),
        *("--data-dir", BINANCE.data_dir, "--run-dir", run, "--window-seconds", "10"),
    )
    assert done.returncode == 0, done.stderr
    result = published(run)
    assert (result.status.book_rows, result.status.trades) == (6_494, 19_904)
    assert result.status.files_done == 2
    # 23:54:15 to 00:05:05, a trade in every 10 s
    assert len(result.ohlc) == len(result.cvd) == len(result.metrics)
    assert len(result.depth["bids"]) == len(result.depth["asks"]) == 50
    assert result.cvd[-1][4] == pytest.approx(result.status.conservation.signed_size)
    assert json.loads(RunDirectory(run).ohlc.read_bytes())[0][0] == 1_723_161_250_000
