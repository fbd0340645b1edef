"""What a start does with the checkpoint it finds: go on from it, or say why not."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from processor.engine.replay import file_replay
from processor.job import checkpoint
from shared.exit_codes import ExitCode
from shared.job import TimeRange
from shared.run_files.run_directory import RunDirectory
from tests.support.recordings import MS_PER_DAY, T0, Book, insert_rows
from tests.support.resume import DAYS, StopAfter, make_job, result, run_job, write_day
from tests.support.tiny_disk import fill, tiny_disk

TWO_DAYS = TimeRange(T0, T0 + 2 * MS_PER_DAY)
THREE_DAYS = TimeRange(T0, T0 + 3 * MS_PER_DAY)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", 16)
    monkeypatch.setattr(file_replay, "TRADE_ROWS", 16)
    monkeypatch.setattr("processor.job.job_run.LOOK_SECONDS", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for number in range(2):
        write_day(tmp_path / "data", number)
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "run")


def whole(data: Path, tmp_path: Path, **changes: Any) -> dict[str, Any]:
    job = make_job(data, tmp_path / "whole", **({"time_range": TWO_DAYS} | changes))
    run_job(job, every_s=1000)
    return result(tmp_path / "whole")


def interrupt(data: Path, run: RunDirectory, looks: int = 250, **changes: Any) -> None:
    """Run into the second day and leave two checkpoints."""
    job = make_job(data, run.root, **({"time_range": TWO_DAYS} | changes))
    assert run_job(job, stop=StopAfter(looks)) == ExitCode.TERMINATED
    assert run.checkpoint.exists()
    assert run.previous_checkpoint.exists()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def one_bit_flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def header_flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)


def of_the_future(path: Path) -> None:
    header, _, payload = path.read_bytes().partition(b"\n")
    path.write_bytes(orjson.dumps(orjson.loads(header) | {"format": 99}) + b"\n" + payload)


def of_a_list(path: Path) -> None:
    path.write_bytes(b"[]\n[]")


DAMAGES: dict[Callable[[Path], None], str] = {
    cut_short: "expected the checksum in its first line, found another",
    emptied: "expected a checkpoint header, found: ",
    one_bit_flipped: "expected the checksum in its first line, found another",
    header_flipped: "expected a checkpoint header, found: ",
    of_the_future: f"expected format {checkpoint.FORMAT}, found 99",
    of_a_list: "expected a checkpoint header, found: ",
}


@pytest.mark.parametrize(
    ("damage", "words"), DAMAGES.items(), ids=lambda x: getattr(x, "__name__", "")
)
def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(
    data: Path,
    run: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
    words: str,
) -> None:
    interrupt(data, run)
    damage(run.checkpoint)
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    assert f"checkpoint set aside: {run.checkpoint}: {words}" in caplog.text
    assert "going on from 2025-07-0" in caplog.text
    assert (run.root / "checkpoint.aside").exists()
    assert result(run.root) == whole(data, tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"), DAMAGES.items(), ids=lambda x: getattr(x, "__name__", "")
)
def test_with_both_damaged_the_run_begins_anew(
    data: Path,
    run: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
    words: str,
) -> None:
    interrupt(data, run)
    damage(run.checkpoint)
    damage(run.previous_checkpoint)
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    assert caplog.text.count(words) == 2
    assert "going on from" not in caplog.text
    assert result(run.root) == whole(data, tmp_path)


def test_after_a_power_loss_the_one_before_is_used_when_the_newest_is_missing(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interrupt(data, run)
    run.checkpoint.unlink()
    leftover = run.root / ".checkpoint.json.4194999.tmp"  # above the largest pid there can be
    leftover.write_bytes(b"{")
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    assert "going on from" in caplog.text
    assert not leftover.exists()
    assert result(run.root) == whole(data, tmp_path)


OTHER_JOBS: dict[str, dict[str, Any]] = {
    "from": {"time_range": TimeRange(T0 + 1, T0 + 2 * MS_PER_DAY)},
    "to": {"time_range": TimeRange(T0, T0 + 2 * MS_PER_DAY - 1)},
    "window": {"window_seconds": 7},
    "levels": {"depth_levels": 3},
    "instrument": {"instrument": "ETH-USDT"},
}


@pytest.mark.parametrize("changes", OTHER_JOBS.values(), ids=OTHER_JOBS)
def test_a_checkpoint_of_another_job_is_set_aside(
    data: Path,
    run: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
) -> None:
    interrupt(data, run)
    for day in DAYS[:2]:
        shutil.copy2(data / f"BTC-USDT-{day}.db", data / f"ETH-USDT-{day}.db")
    caplog.clear()
    job = make_job(data, run.root, **({"time_range": TWO_DAYS} | changes))
    assert run_job(job) == ExitCode.OK
    assert (
        "earlier checkpoint set aside: it is of another job, BTC-USDT,"
        " 2025-07-01 00:00:00 UTC – 2025-07-03 00:00:00 UTC, 60 s, 20 levels" in caplog.text
    )
    assert "going on from" not in caplog.text
    assert result(run.root) == whole(data, tmp_path, **changes)


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(4096))


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def rewritten(path: Path) -> None:
    stat = path.stat()
    size = stat.st_size
    path.unlink()
    write_day(path.parent, 0, seed=2)
    assert path.stat().st_size == size
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def with_a_log(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(bytes(64))
    path.with_name(path.name + "-shm").write_bytes(b"")


@pytest.mark.parametrize("change", [grown, touched, rewritten], ids=lambda x: x.__name__)
def test_a_changed_input_file_begins_anew(
    data: Path,
    run: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[Path], None],
) -> None:
    interrupt(data, run)
    change(data / "BTC-USDT-25-07-01.db")
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    said = "earlier checkpoint set aside: BTC-USDT-25-07-01.db is not the file it was"
    assert said in caplog.text
    assert result(run.root) == whole(data, tmp_path)


def test_a_file_that_is_gone_begins_anew(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interrupt(data, run)
    (data / "BTC-USDT-25-07-02.db").unlink()
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.PARTIAL_DATA
    assert "earlier checkpoint set aside: BTC-USDT-25-07-02.db is gone" in caplog.text
    assert result(run.root) == whole(data, tmp_path)


def test_a_file_that_was_not_used_yet_may_change(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interrupt(data, run, looks=30)
    touched(data / "BTC-USDT-25-07-02.db")
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    assert "going on from" in caplog.text
    assert result(run.root) == whole(data, tmp_path)


def test_a_job_that_is_done_shows_its_result_at_once_and_writes_no_checkpoint(
    data: Path, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(data, run.root, time_range=TWO_DAYS)
    run_job(job)
    before, stat = result(run.root), run.checkpoint.stat()
    for path in run.published:
        path.unlink()
    caplog.clear()
    assert run_job(job) == ExitCode.OK
    assert [record.getMessage() for record in caplog.records] == [
        "this job was done before: its result is shown; --fresh runs it anew"
    ]
    assert result(run.root) == before
    assert (run.checkpoint.stat().st_ino, run.checkpoint.stat().st_mtime_ns) == (
        stat.st_ino,
        stat.st_mtime_ns,
    )


def test_fresh_runs_a_job_anew_that_is_done(
    data: Path, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(data, run.root, time_range=TWO_DAYS)
    run_job(job)
    before = result(run.root)
    run.suspects.write_text("{}")
    caplog.clear()
    assert run_job(job, is_fresh=True) == ExitCode.OK
    assert "earlier checkpoint set aside: --fresh" in caplog.text
    assert "processing BTC-USDT" in caplog.text
    assert not run.suspects.exists()
    assert result(run.root) == before


def test_fresh_without_an_earlier_run_has_nothing_to_say(
    data: Path, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    run_job(make_job(data, run.root, time_range=TWO_DAYS), is_fresh=True)
    assert "set aside" not in caplog.text


def test_new_days_at_the_end_of_a_job_that_was_done_continue_from_there(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(data, run.root, time_range=THREE_DAYS)
    assert run_job(job) == ExitCode.PARTIAL_DATA  # a day is missing
    write_day(data, 2)
    caplog.clear()
    assert run_job(job) == ExitCode.OK
    assert "going on from 2025-07-02 00:03:19 UTC" in caplog.text
    assert result(run.root) == whole(data, tmp_path, time_range=THREE_DAYS)


def test_a_day_that_appears_in_the_middle_begins_anew(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_day(data, 2)
    (data / "BTC-USDT-25-07-02.db").unlink()
    job = make_job(data, run.root, time_range=THREE_DAYS)
    assert run_job(job) == ExitCode.PARTIAL_DATA
    write_day(data, 1)
    caplog.clear()
    assert run_job(job) == ExitCode.OK
    said = "earlier checkpoint set aside: BTC-USDT-25-07-03.db is not the file it was"
    assert said in caplog.text
    assert result(run.root) == whole(data, tmp_path, time_range=THREE_DAYS)


def test_what_was_published_is_put_right_before_the_first_row(
    data: Path, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(data, run)
    restored = result(run.root)
    for path in (run.ohlc, run.metrics, run.cvd):
        path.write_bytes(b"[[1,2,3,4,5,6]]")  # ran ahead, before the crash
    seen: list[dict[str, Any]] = []

    def steps(self: object) -> Any:
        seen.append(result(run.root))
        yield from ()

    monkeypatch.setattr("processor.engine.replay.engine_replay.EngineReplay.steps", steps)
    run_job(make_job(data, run.root, time_range=TWO_DAYS))
    assert seen[0] | {"phase": "stopped"} == restored


def test_a_file_found_out_of_order_after_a_resume_is_read_again_and_those_before_it_are_not(
    data: Path,
    run: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = data / "BTC-USDT-25-07-02.db"
    with closing(sqlite3.connect(late)) as connection, connection:
        insert_rows(connection, [Book(T0 + MS_PER_DAY + 5, [[98, 4]])])
    interrupt(data, run)
    opened: list[str] = []
    begin = file_replay.FileReplay.__init__

    def note(self: Any, file: Any, *others: Any, **options: Any) -> None:
        opened.append(file.path.name)
        begin(self, file, *others, **options)

    monkeypatch.setattr(file_replay.FileReplay, "__init__", note)
    caplog.clear()
    assert run_job(make_job(data, run.root, time_range=TWO_DAYS)) == ExitCode.OK
    assert "its book rows are not in the order of time: reading it again" in caplog.text
    assert opened == [late.name, late.name]
    assert result(run.root) == whole(data, tmp_path)


def test_a_checkpoint_taken_before_the_first_row_after_a_resume_is_the_same(
    data: Path, run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(data, run)
    before = checkpoint_in(run)
    with monkeypatch.context() as patch:
        # The kernels are still loading when it is told to stop.
        patch.setattr("processor.engine.compiling.loading.Kernels.load", lambda _: iter([None] * 9))
        job = make_job(data, run.root, time_range=TWO_DAYS)
        assert run_job(job, stop=StopAfter(3)) == ExitCode.TERMINATED
    assert checkpoint_in(run) == before
    assert run_job(job) == ExitCode.OK
    assert result(run.root) == whole(data, tmp_path)


def checkpoint_in(run: RunDirectory) -> dict[str, Any]:
    """Return the newest checkpoint but for the number of its commit."""
    checkpoint: dict[str, Any] = orjson.loads(run.checkpoint.read_bytes().partition(b"\n")[2])
    return {name: value for name, value in checkpoint.items() if name != "commit"}


def test_a_full_disk_costs_checkpoints_and_not_the_run(
    data: Path, run: RunDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with tiny_disk(tmp_path / "disk", 8192) as disk:
        job = make_job(data, disk / "run", time_range=TWO_DAYS)
        assert run_job(job, stop=StopAfter(20)) == ExitCode.TERMINATED
        kept = RunDirectory(disk / "run").checkpoint.read_bytes()
        ballast = fill(disk)
        caplog.clear()
        stopped = run_job(job, stop=StopAfter(20))
        assert stopped == ExitCode.TERMINATED
        assert "the rows worked on are not noted" in caplog.text
        assert "no checkpoint taken" in caplog.text
        assert RunDirectory(disk / "run").checkpoint.read_bytes() == kept
        ballast.unlink()
        assert run_job(job) == ExitCode.OK
        assert result(disk / "run") == whole(data, tmp_path)
