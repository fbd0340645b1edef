"""One supervised worker: what is told of a start that the system refuses."""

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.job import Job, TimeRange
from shared.listening import open_listening_socket
from shared.run_files.supervisor_status import WorkerState
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.logs.rotating_file import RotatingFile
from supervisor.loop.event_loop import EventLoop
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.policy.worker_events import RestartAsked, StartAsked
from supervisor.policy.worker_record import Liveness, RestartOn
from supervisor.processes.worker import SupervisedWorker, Surroundings
from supervisor.processes.worker_spec import Assignment, WorkerSpec
from tests.supervisor.harness import OWN_FAMILY, Run, wait_until

CLOSED = 999_999
"""The descriptor of a terminal that is not there."""


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    loop = EventLoop(lambda error: pytest.fail(repr(error)))
    reading, writing = os.pipe()
    log = EventLog(RotatingFile(tmp_path / "events.jsonl"), Console(CLOSED), "s1", time.monotonic)
    job = Job("BTC-USDT", TimeRange(0, 60_000), Path("data"), Path("run"), 60, 50)
    with open_listening_socket("127.0.0.1", 0) as listener:
        yield Surroundings(
            loop=loop,
            clock=time.monotonic,
            events=log,
            console=Console(CLOSED),
            family=OWN_FAMILY,
            lifeline_fd=reading,
            assignment=Assignment(job, "127.0.0.1", 8050, 500),
            page=PageEndpoint(listener, "http://localhost/", "localhost"),
            logs=tmp_path / "logs",
            chance=random.Random(1),
            on_change=lambda: None,
            on_gone=lambda _: None,
        )
    log.file.close()
    loop.close()
    os.close(reading)
    os.close(writing)


def test_a_start_that_is_refused_is_not_told_with_the_end_of_the_process_before(
    around: Surroundings, tmp_path: Path
) -> None:
    command = tmp_path / "command"
    command.symlink_to(sys.executable)
    sleep = (str(command), "-c", "import time; time.sleep(600)")
    spec = WorkerSpec("recorder", lambda _: sleep, RestartOn.ALWAYS, Liveness.HEARTBEAT)
    worker = SupervisedWorker(spec, RestartPolicy(backoff_first_s=600), around)
    worker.feed(StartAsked())
    pid = worker.pid
    command.unlink()
    worker.feed(RestartAsked())

    def has_failed() -> bool:
        around.loop.run_once(0.1)
        worker.check_ended()
        return worker.record.state is WorkerState.BACKOFF

    wait_until("the second start has failed", has_failed, 10)
    worker.output.file.close()
    run = Run(tmp_path)
    told = [(e["event"], e.get("pid"), e.get("signal")) for e in run.events()]
    assert told == [
        ("starting", pid, None),
        ("stopping", pid, None),
        ("stopped", pid, "SIGTERM"),
        ("starting", None, None),
        ("backoff", None, None),
    ]
    assert "No such file" in run.events("backoff")[0]["reason"]
    assert run.undeclared() == []
    assert worker.status().next_delay_s is not None
