"""The list of workers: what each is told, and what a list may not be."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shared.job import Job, TimeRange
from supervisor.policy.worker_record import Liveness, RestartOn
from supervisor.processes.worker_spec import WORKERS, Assignment, RecordedExchange, WorkerSpec

JOB = Job("BTC-USDT", TimeRange(0, 60_000), Path("data"), Path("run"), 60, 50)
TOLD = Assignment(JOB, "127.0.0.1", 8050, 500, token="secret")
EXCHANGE = RecordedExchange("ws://here/ws", "http://here")
RECORDED = replace(TOLD, exchange=EXCHANGE)


RECORDER = WORKERS[0]
OF_THE_JOB = [spec for spec in WORKERS if spec is not RECORDER]


def test_the_recorder_is_wanted_by_a_run_that_records_and_told_where_and_what() -> None:
    assert [spec.name for spec in WORKERS if not spec.is_wanted(TOLD)] == ["recorder"]
    assert all(spec.is_wanted(RECORDED) for spec in WORKERS)
    command = RECORDER.command(RECORDED)
    assert dict(zip(command[3::2], command[4::2], strict=True)) == {
        "--instrument": "BTC-USDT",
        "--data-dir": "data",
        "--ws-url": "ws://here/ws",
        "--rest-url": "http://here",
    }


@pytest.mark.parametrize("spec", OF_THE_JOB, ids=lambda spec: spec.name)
def test_every_worker_is_told_the_job(spec: WorkerSpec) -> None:
    command = spec.command(TOLD)
    assert command[:2] == (sys.executable, "-m")
    for pair in (("--instrument", "BTC-USDT"), ("--run-dir", "run"), ("--depth-levels", "50")):
        assert command[command.index(pair[0]) + 1] == pair[1]
    assert command[command.index("--from") + 1] == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("spec", WORKERS, ids=lambda spec: spec.name)
def test_the_token_is_in_no_command_line(spec: WorkerSpec) -> None:
    assert "secret" not in " ".join(spec.command(RECORDED))


def test_only_who_serves_the_page_knows_its_address_and_its_token() -> None:
    for spec in WORKERS:
        is_server = spec.is_given_listener
        assert ("--port" in spec.command(RECORDED)) == is_server
        assert dict(spec.environment(TOLD)) == ({"ORDERFLOW_TOKEN": "secret"} if is_server else {})
        assert dict(spec.environment(replace(TOLD, token=None))) == {}


def test_a_probed_worker_without_the_socket_is_refused() -> None:
    with pytest.raises(ValueError, match="recorder: a worker without the listening socket"):
        WorkerSpec("recorder", lambda _: (), RestartOn.ALWAYS, Liveness.PROBE)


def test_the_processor_alone_is_told_how_often_to_take_a_checkpoint() -> None:
    told = replace(RECORDED, checkpoint_seconds=0.25)
    taking = {spec.name: spec.command(told) for spec in WORKERS}
    assert taking["processor"][-2:] == ("--checkpoint-seconds", "0.25")
    assert "--checkpoint-seconds" not in taking["visualizer"]


def test_the_processor_alone_is_told_to_follow() -> None:
    told = replace(RECORDED, job=replace(JOB, is_followed=True))
    assert [spec.name for spec in WORKERS if "--follow" in spec.command(told)] == ["processor"]
    assert not any("--follow" in spec.command(RECORDED) for spec in WORKERS)
