"""Heartbeats off a real pipe: the worker's own count, and whatever else is written there."""

import os
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from shared.worker_link import Beat, WorkerLink
from supervisor.health.heartbeats import HeartbeatReader
from tests.supervisor.junk import HUGE, HUGE_IDS, damaged


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    yield reading, writing
    for descriptor in (reading, writing):
        os.close(descriptor)


def beat(**progress: float | None) -> bytes:
    return msgspec.json.encode(Beat("b1", progress)) + b"\n"


def test_a_worker_s_own_beat_counts_and_tells_its_progress(pipe: tuple[int, int]) -> None:
    reader = HeartbeatReader("b1")
    WorkerLink(boot_id="b1", heartbeat_fd=pipe[1]).heartbeat({"rows": 5, "files": 2, "eta": None})
    assert (reader.read(pipe[0]), reader.progress) == (1, 7)
    assert reader.read(pipe[0]) == 0, "nothing more has come"


def test_a_beat_of_another_process_does_not_count(pipe: tuple[int, int]) -> None:
    reader = HeartbeatReader("b2")
    os.write(pipe[1], beat(rows=5))
    assert (reader.read(pipe[0]), reader.progress) == (0, 0)


def test_a_beat_in_two_pieces_counts_when_it_is_whole(pipe: tuple[int, int]) -> None:
    reader = HeartbeatReader("b1")
    line = beat(rows=5)
    os.write(pipe[1], line[:10])
    assert reader.read(pipe[0]) == 0
    os.write(pipe[1], line[10:] + beat(rows=6))
    assert (reader.read(pipe[0]), reader.progress) == (2, 6)


def test_the_end_of_the_pipe_is_told() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    assert HeartbeatReader("b1").read(reading) is None
    os.close(reading)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"boot_id":["b1"],"progress":{}}',
        b'{"boot_id":"b1","progress":{"rows":"5"}}',
        b'{"boot_id":"b1","progress":{"rows":true}}',
        b'{"boot_id":"b1","progress":{"rows":1e999}}',
        b'{"boot_id":"b1","progress":{"rows":' + b"9" * 500 + b"}}",
        b'{"boot_id":"b1","progress":' + b"[" * 10_000,
    ],
)
def test_what_is_no_beat_does_not_count(pipe: tuple[int, int], line: bytes) -> None:
    reader = HeartbeatReader("b1")
    os.write(pipe[1], line + b"\n")
    assert (reader.read(pipe[0]), reader.progress) == (0, 0)


@given(damaged({"boot_id": "b1", "progress": {"rows": 5, "share": 0.5}}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_beat_harms_nobody_and_not_the_next(pipe: tuple[int, int], line: bytes) -> None:
    reader = HeartbeatReader("b1")
    os.write(pipe[1], line + b"\n")
    assert reader.read(pipe[0]) in {0, 1}
    os.write(pipe[1], beat(rows=9))
    assert (reader.read(pipe[0]), reader.progress) == (1, 9)


@pytest.mark.parametrize("junk", HUGE, ids=HUGE_IDS)
def test_ten_megabytes_of_junk_do_not_stay_in_memory(pipe: tuple[int, int], junk: bytes) -> None:
    reader = HeartbeatReader("b1")
    left = memoryview(junk)
    while left:
        left = left[os.write(pipe[1], left[:65_536]) :]
        assert reader.read(pipe[0]) == 0
    os.write(pipe[1], b"\n" + beat(rows=9))
    assert (reader.read(pipe[0]), reader.progress) == (1, 9)
