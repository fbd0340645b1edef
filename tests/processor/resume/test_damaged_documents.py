"""No damage in a checkpoint or in the suspects, with a right checksum or without, fails a job."""

import json
import os
import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from processor.engine.replay import file_replay
from processor.engine.replay.engine_replay import EngineReplay
from processor.job import checkpoint
from shared.exit_codes import ExitCode
from shared.run_files.bars import check_bars
from shared.run_files.processor_status import Phase, read_processor_status
from shared.run_files.run_directory import RunDirectory
from shared.series import SERIES
from tests.support.commands import run_command
from tests.support.damage import damaged, damaged_value, large
from tests.support.resume import StopAfter, make_job, result, run_job, write_day

SEED = int(os.environ.get("FUZZ_SEED", random.randrange(10**6)))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", 40))

NO_DATA = "expected data of a job that is done, found none"

SUSPECTS = {
    "job": "a job",
    "files": {"20270": "its content"},
    "spans": [
        {"day": 20270, "order": "as stored", "table": "book", "first": 0, "end": 64},
        {"day": 20270, "order": "by time", "table": "trades", "first": 9, "end": 10, "row_id": 10},
    ],
    "deaths": [
        [{"day": 20270, "order": "as stored", "table": "book", "first": 7, "end": 8, "row_id": 8}]
    ],
    "poison": [{"day": 20270, "table": "book", "row_id": 8}],
}


@pytest.fixture(autouse=True)
def told_seed() -> None:
    print(f"FUZZ_SEED={SEED}")  # noqa: T201 # pytest shows it with a failure


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", 64)
    monkeypatch.setattr(file_replay, "TRADE_ROWS", 64)
    monkeypatch.setattr("processor.job.job_run.LOOK_SECONDS", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_day(tmp_path / "data", 0)
    return tmp_path / "data"


@pytest.fixture
def interrupted(data: Path, tmp_path: Path) -> RunDirectory:
    """A run that was stopped half way."""
    run = RunDirectory(tmp_path / "run")
    assert run_job(make_job(data, run.root), stop=StopAfter(25)) == ExitCode.TERMINATED
    return run


def document_in(path: Path) -> Any:
    return orjson.loads(path.read_bytes().partition(b"\n")[2])


def with_right_checksum(payload: bytes) -> bytes:
    header = {"format": checkpoint.FORMAT, "blake2b": checkpoint._checksum(payload)}
    return orjson.dumps(header) + b"\n" + payload


def write_checkpoints(run: RunDirectory, content: bytes) -> None:
    run.checkpoint.write_bytes(content)
    run.previous_checkpoint.write_bytes(content)


def assert_the_job_is_done(data: Path, run: RunDirectory, what: object) -> None:
    code = run_job(make_job(data, run.root), every_s=1000)
    assert code in (ExitCode.OK, ExitCode.PARTIAL_DATA), what
    assert_all_is_published(run, what)


def assert_all_is_published(run: RunDirectory, what: object) -> None:
    assert read_processor_status(run.processor_status).phase is Phase.FINISHED, what
    for series in SERIES:
        path = run.series_file(series)
        # None is a sum of sizes that was too large to be a number.
        rows = [[value or 0.0 for value in bar] for bar in orjson.loads(path.read_bytes())]
        check_bars(path, rows, series)


def whole(data: Path, tmp_path: Path) -> dict[str, Any]:
    assert run_job(make_job(data, tmp_path / "whole"), every_s=1000) == ExitCode.OK
    return result(tmp_path / "whole")


def test_a_checkpoint_damaged_anywhere_is_gone_on_from_or_set_aside(
    data: Path, interrupted: RunDirectory
) -> None:
    document = document_in(interrupted.checkpoint)
    rng = random.Random(SEED)
    for number in range(ROUNDS):
        if number % 4 == 0:
            content = damaged(document, rng)
        elif number % 4 == 1:
            content = with_right_checksum(damaged(document, rng))
        else:  # where the numbers are that the engine goes on with
            replay = damaged_value(document["replay"], rng)
            content = with_right_checksum(json.dumps({**document, "replay": replay}).encode())
        write_checkpoints(interrupted, content)
        assert_the_job_is_done(data, interrupted, content)


def test_a_large_checkpoint_is_set_aside(data: Path, interrupted: RunDirectory) -> None:
    for content in large(random.Random(SEED)):
        interrupted.checkpoint.write_bytes(with_right_checksum(content))
        interrupted.previous_checkpoint.write_bytes(content)
        assert_the_job_is_done(data, interrupted, content[:100])
        assert interrupted.checkpoint.with_suffix(".aside").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"files_done": "none"}, "expected 0 to 1 files done, found 'none'"),
        ({"files_done": 99}, "expected 0 to 1 files done, found 99"),
        ({"data_time_ms": 10**30}, "expected a time in epoch milliseconds, found 10"),
        (
            {"files_done": 1, "data_time_ms": None},
            "expected data of a job that is done, found none",
        ),
        ({"files_done": 1, "data_time_ms": 5}, "expected data of a job that is done, found none"),
        ({"state": []}, "list indices must be integers"),
        ({"book": [2.5, 7]}, "expected a number of rows and a row id or none, found [2.5, 7]"),
        ({"trades": [3, "x"]}, "expected a number of rows and a row id or none, found [3, 'x']"),
        (
            {"trades": [-3, None]},
            "expected a number of rows and a row id or none, found [-3, None]",
        ),
        ({"book": [2, 10**20]}, "expected a number of rows and a row id or none, found [2, 1000"),
    ],
    ids=[
        *("no number", "too many files", "no such year", "no data", "before the range", "no state"),
        *("part of a row", "no id", "fewer than none", "an id beyond all"),
    ],
)
def test_a_place_that_is_none_in_this_job_is_not_gone_on_from(
    data: Path,
    interrupted: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: dict[str, Any],
    words: str,
) -> None:
    document = document_in(interrupted.checkpoint)
    document["replay"] |= damage
    write_checkpoints(interrupted, with_right_checksum(json.dumps(document).encode()))
    caplog.clear()
    assert_the_job_is_done(data, interrupted, damage)
    assert "earlier checkpoint set aside: it cannot be " in caplog.text
    assert words in caplog.text
    assert "going on from" not in caplog.text
    assert result(interrupted.root) == whole(data, tmp_path)


def make_steps_fail(monkeypatch: pytest.MonkeyPatch, *, only_restored: bool) -> None:
    """Let the engine have a fault that shows at its first step."""
    restore, steps = EngineReplay.restore, EngineReplay.steps
    restored: list[EngineReplay] = []

    def note(replay: EngineReplay, document: dict[str, Any]) -> None:
        restore(replay, document)
        restored.append(replay)

    def fail(replay: EngineReplay) -> Any:
        for step in steps(replay):
            if not only_restored or replay in restored:
                raise ZeroDivisionError("a window of no length")
            yield step

    monkeypatch.setattr(EngineReplay, "restore", note)
    monkeypatch.setattr(EngineReplay, "steps", fail)


def test_damage_that_shows_while_going_on_begins_the_job_anew(
    data: Path,
    interrupted: RunDirectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = read_processor_status(interrupted.processor_status).run_id
    make_steps_fail(monkeypatch, only_restored=True)
    caplog.clear()
    assert_the_job_is_done(data, interrupted, "a fault after restoring")
    assert (
        "earlier checkpoint set aside: it cannot be gone on from:"
        " ZeroDivisionError('a window of no length')" in caplog.text
    )
    assert read_processor_status(interrupted.processor_status).run_id != run_id
    assert result(interrupted.root) == whole(data, tmp_path)


def test_a_fault_that_is_not_the_checkpoint_s_does_not_begin_the_job_anew_for_ever(
    data: Path, interrupted: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        make_steps_fail(patch, only_restored=True)
        job = make_job(data, interrupted.root)
        assert run_job(job, stop=StopAfter(25)) == ExitCode.TERMINATED  # begun anew, and stopped
    assert document_in(interrupted.checkpoint)["has_begun_anew"]
    kept = interrupted.checkpoint.read_bytes()
    make_steps_fail(monkeypatch, only_restored=False)
    with pytest.raises(ZeroDivisionError):
        run_job(job)
    assert interrupted.checkpoint.read_bytes() == kept


def test_suspects_damaged_anywhere_fail_nothing(data: Path, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    run.create()
    expected = whole(data, tmp_path)
    rng = random.Random(SEED)
    contents = [damaged(SUSPECTS, rng) for _ in range(ROUNDS // 2)]
    for content in (*contents, *large(rng)):
        run.suspects.write_bytes(content)
        for path in (run.checkpoint, run.previous_checkpoint):
            path.unlink(missing_ok=True)
        assert_the_job_is_done(data, run, content[:1000])
        assert result(run.root) == expected


@pytest.mark.slow
def test_the_command_itself_goes_on_or_begins_anew(data: Path, interrupted: RunDirectory) -> None:
    document = document_in(interrupted.checkpoint)
    rng = random.Random(SEED)
    for _ in range(6):
        replay = damaged_value(document["replay"], rng)
        content = with_right_checksum(json.dumps({**document, "replay": replay}).encode())
        write_checkpoints(interrupted, content)
        interrupted.suspects.write_bytes(damaged(SUSPECTS, rng))
        done = run_command(
            "orderflow-process",
            *("--from", "2025-07-01", "--to", "2025-07-02", "--depth-levels", "20"),
            *("--data-dir", data, "--run-dir", interrupted.root),
        )
        assert done.returncode in (ExitCode.OK, ExitCode.PARTIAL_DATA), (content, done.stderr)
        assert "Traceback" not in done.stderr
        assert_all_is_published(interrupted, content)
