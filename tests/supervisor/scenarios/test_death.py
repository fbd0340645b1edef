"""Scenarios 1, 2 and 6 to 10: a worker ends, and what becomes of it and of the other one."""

import http.client
import os
import signal
import threading
import time

import pytest

from tests.supervisor.harness import FAST, Run, wait_until


def test_01_killed_processor_is_back_within_a_second_and_the_page_keeps_its_pid(run: Run) -> None:
    run.start()
    processor, page = run.wait_ready()
    killed_at = time.monotonic()
    os.kill(processor, signal.SIGKILL)
    run.wait_for_new_pid("processor", processor)
    assert time.monotonic() - killed_at < 1.0
    assert run.worker("visualizer")["pid"] == page
    seen = run.events("backoff", "processor")[0]
    assert (seen["pid"], seen["signal"], seen["attempt"]) == (processor, "SIGKILL", 1)


def test_02_killed_page_refuses_no_request(run: Run) -> None:
    run.start(policy=FAST)
    _, page = run.wait_ready()
    status = run.status()
    assert status is not None
    port = int(status["page_url"].rsplit(":", 1)[1].rstrip("/"))
    client = _ConstantRequests(port)
    for _ in range(3):
        wait_until("requests are answered", client.has_new_answers)
        os.kill(page, signal.SIGKILL)
        page = run.wait_for_new_pid("visualizer", page)
        wait_until("requests are answered again", client.has_new_answers)
    client.stop()
    assert client.refused == 0
    assert client.answered > 10


def test_06_worker_that_always_exits_1_becomes_fatal_and_the_other_stays_up(run: Run) -> None:
    run.start(
        processor=["--exit-after", "0", "--exit-code", "1", "--last-words", "no luck"],
        policy=FAST,
    )
    fatal = run.wait_for("processor", "FATAL")
    assert run.wait_for("visualizer", "RUNNING")["restarts"] == 0
    assert (fatal["attempt"], fatal["restarts"], fatal["last_words"]) == (6, 5, _HasTail("no luck"))
    assert len(run.events("starting", "processor")) == 6


@pytest.mark.patient
def test_07_worker_that_crashes_every_1500_ms_becomes_fatal(run: Run) -> None:
    run.start(processor=["--exit-after", "1.5", "--exit-code", "1"], policy=FAST)
    fatal = run.wait_for("processor", "FATAL", 40)
    assert "6 failures in a row" in fatal["reason"]
    assert run.worker("visualizer")["is_ready"]


def test_08_crash_after_long_health_counts_one_and_restarts_at_once(run: Run) -> None:
    # 60 s of health become 1 s; the delay after an unhealthy crash would be 30 s.
    policy = {"healthy_s": 1.0, "backoff_first_s": 30.0}
    run.start(policy=policy)
    processor, _ = run.wait_ready()
    wait_until("a second of health", lambda: run.worker("processor")["uptime_s"] > 2)
    os.kill(processor, signal.SIGKILL)
    run.wait_for_new_pid("processor", processor, 5)
    [failure] = run.events("backoff", "processor")
    assert (failure["attempt"], failure["next_delay_s"]) == (1, 0.0)


def test_09_exit_78_is_fatal_after_one_start_with_the_worker_s_own_words(run: Run) -> None:
    run.start(
        processor=["--exit-after", "0", "--exit-code", "78", "--last-words", "bad setting: x"]
    )
    fatal = run.wait_for("processor", "FATAL")
    assert fatal["last_words"] == _HasTail("bad setting: x")
    assert len(run.events("starting", "processor")) == 1
    wait_until("the console says it", lambda: "bad setting: x" in run.console)
    assert run.wait_for("visualizer", "RUNNING")


def test_10_processor_that_exits_0_is_exited_and_the_page_serves_on(run: Run) -> None:
    run.start(processor=["--exit-after", "0.2"])
    run.wait_for("processor", "EXITED")
    assert run.wait_for("visualizer", "RUNNING")["restarts"] == 0
    assert run.worker("processor")["exit_code"] == 0


def test_processor_that_exits_65_is_exited_too(run: Run) -> None:
    run.start(processor=["--exit-after", "0.2", "--exit-code", "65"])
    assert run.wait_for("processor", "EXITED")["exit_code"] == 65


def test_page_that_exits_0_is_started_again(run: Run) -> None:
    run.start(visualizer=["--exit-after", "0.5"], policy=FAST)
    wait_until("a second start", lambda: len(run.events("starting", "visualizer")) > 1)


def test_run_ends_with_1_when_every_worker_is_fatal(run: Run) -> None:
    dead = ["--exit-after", "0", "--exit-code", "78"]
    run.start(processor=dead, visualizer=dead)
    assert run.wait() == 1


class _HasTail:
    """Equals any text that ends with the one given."""

    def __init__(self, tail: str) -> None:
        self._tail = tail

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.endswith(self._tail)

    def __hash__(self) -> int:
        return hash(self._tail)


class _ConstantRequests:
    """Four clients that ask again as soon as they are answered."""

    def __init__(self, port: int) -> None:
        self.answered = 0
        self.refused = 0
        self._port = port
        self._last_seen = 0
        self._is_stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def has_new_answers(self) -> bool:
        if self.answered <= self._last_seen + 10:
            return False
        self._last_seen = self.answered
        return True

    def stop(self) -> None:
        self._is_stopping.set()
        for thread in self._threads:
            thread.join(20)

    def _ask(self) -> None:
        while not self._is_stopping.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
                self.answered += 1
            except ConnectionRefusedError:
                self.refused += 1
            except (OSError, http.client.HTTPException):
                pass  # in the killed worker's hands: lost, not refused
            finally:
                connection.close()
