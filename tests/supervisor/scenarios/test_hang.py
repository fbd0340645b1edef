"""Scenarios 3 to 5, 11 and 23: a worker, or the supervisor, that stands still."""

import os
import signal
import time

import psutil
import pytest

from tests.supervisor.harness import FAST, Run, wait_until


@pytest.mark.slow
@pytest.mark.patient
def test_03_stopped_page_is_replaced_within_20_s(run: Run) -> None:
    run.start()
    processor, page = run.wait_ready()
    stopped_at = time.monotonic()
    os.kill(page, signal.SIGSTOP)
    run.wait_for_new_pid("visualizer", page, 30)
    assert time.monotonic() - stopped_at <= 20
    assert run.worker("processor")["pid"] == processor
    assert run.events("not_ready", "visualizer")
    assert "5 health probes failed" in run.events("hung", "visualizer")[0]["reason"]


@pytest.mark.slow
@pytest.mark.patient
def test_04_stopped_processor_is_replaced_within_13_s(run: Run) -> None:
    run.start()
    processor, page = run.wait_ready()
    stopped_at = time.monotonic()
    os.kill(processor, signal.SIGSTOP)
    run.wait_for_new_pid("processor", processor, 30)
    assert time.monotonic() - stopped_at <= 13
    assert run.worker("visualizer")["pid"] == page


def test_05_stuck_work_loop_is_detected_while_a_side_thread_lives(run: Run) -> None:
    run.start(processor=["--stuck"], policy={**FAST, "heartbeat_deadline_s": 2.5})
    processor, page = run.wait_ready()
    run.wait_for_new_pid("processor", processor)
    [hung] = run.events("hung", "processor")[:1]
    assert "no heartbeat" in hung["reason"]
    log = run.log("processor")
    assert "the side thread lives" in log
    assert "in _work" in log, "the log shows where the work loop stood"
    assert run.worker("visualizer")["pid"] == page


@pytest.mark.slow
@pytest.mark.patient
def test_11_import_of_20_s_kills_nobody(run: Run) -> None:
    slow = ["--import-seconds", "20"]
    run.start(processor=slow, visualizer=slow)
    run.wait_ready(60)
    assert not run.events("hung")
    assert len(run.events("starting")) == 2


@pytest.mark.slow
@pytest.mark.patient
def test_23_supervisor_stopped_for_30_s_restarts_nobody(run: Run) -> None:
    # Shorter deadlines than the default ones: a wrong verdict would fall sooner.
    run.start(policy={"heartbeat_deadline_s": 4.0, "failed_probes_hung": 3})
    pids = run.wait_ready()
    run.signal(signal.SIGSTOP)
    resume_at = time.monotonic() + 30
    wait_until("30 s went by", lambda: time.monotonic() >= resume_at, 40)
    run.signal(signal.SIGCONT)
    [gap] = wait_until("the gap is told", lambda: run.events("loop_gap"))
    assert "stood still for" in gap["detail"]
    judged_at = time.monotonic() + 5
    wait_until("a wrong verdict had its time", lambda: time.monotonic() >= judged_at)
    assert run.wait_ready() == pids
    assert not run.events("hung")


def test_page_that_answers_for_another_worker_is_never_ready(run: Run) -> None:
    run.start(visualizer=["--wrong-id"], policy={"startup_allowance_s": 0.5})
    wait_until("it was hung up on", lambda: run.events("hung", "visualizer"))
    assert "another worker" in run.events("hung", "visualizer")[0]["reason"]


def test_worker_that_never_shows_health_is_hung_after_its_allowance(run: Run) -> None:
    policy = {**FAST, "startup_allowance_s": 0.5, "heartbeat_deadline_s": 1.0}
    run.start(processor=["--import-seconds", "60"], policy=policy)
    running = wait_until("the allowance is over", lambda: run.events("running", "processor"))
    assert "no sign of health" in running[0]["reason"]
    wait_until("it is hung", lambda: run.events("hung", "processor"))


def test_processor_that_grows_over_the_memory_limit_is_restarted(run: Run) -> None:
    # The limit lies between a small worker and one with 300 MB; strikes come every 5 s.
    policy = {**FAST, "memory_limit_bytes": 200_000_000, "memory_strikes": 1}
    run.start(processor=["--grab-bytes", "300000000"], policy=policy)
    processor, page = run.wait_ready()
    run.wait_for_new_pid("processor", processor, 30)
    [over] = run.events("memory", "processor")[:1]
    assert over["rss"] > 200_000_000
    assert run.worker("visualizer")["pid"] == page
    assert psutil.Process(page).is_running()
