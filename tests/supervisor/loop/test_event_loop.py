"""The loop: descriptors, wake-ups from other threads, and callbacks that go wrong."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from supervisor.loop.event_loop import EventLoop


@pytest.fixture
def errors() -> list[Exception]:
    return []


@pytest.fixture
def loop(errors: list[Exception]) -> Iterator[EventLoop]:
    loop = EventLoop(errors.append)
    yield loop
    loop.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        os.close(descriptor)


def test_a_descriptor_that_is_ready_is_served_until_it_is_unwatched(
    loop: EventLoop, pipe: tuple[int, int]
) -> None:
    served: list[str] = []
    loop.watch(pipe[0], lambda: served.append("first"))
    loop.run_once(0)
    assert served == []
    os.write(pipe[1], b"x")
    loop.run_once(1)
    loop.watch(pipe[0], lambda: served.append("second"))
    loop.run_once(1)
    loop.unwatch(pipe[0])
    loop.unwatch(pipe[0])
    loop.run_once(0)
    assert served == ["first", "second"]


def test_another_thread_ends_the_wait(loop: EventLoop) -> None:
    began = time.monotonic()
    thread = threading.Thread(target=loop.wake)
    thread.start()
    loop.run_once(30)
    thread.join()
    assert time.monotonic() - began < 10


def test_a_callback_that_raises_is_told_and_the_others_are_served(
    loop: EventLoop, errors: list[Exception], pipe: tuple[int, int]
) -> None:
    other, other_end = os.pipe()
    served: list[str] = []

    def fail() -> None:
        raise RuntimeError("a bug")

    loop.watch(pipe[0], fail)
    loop.watch(other, lambda: served.append("other"))
    os.write(pipe[1], b"x")
    os.write(other_end, b"x")
    loop.run_once(1)
    assert (served, [str(error) for error in errors]) == (["other"], ["a bug"])
    loop.unwatch(other)
    os.close(other)
    os.close(other_end)


def test_a_descriptor_that_an_earlier_callback_unwatched_is_not_served(
    loop: EventLoop, pipe: tuple[int, int]
) -> None:
    other, other_end = os.pipe()
    served: list[int] = []

    def serve(descriptor: int) -> None:
        served.append(descriptor)
        loop.unwatch(pipe[0])
        loop.unwatch(other)

    loop.watch(pipe[0], lambda: serve(pipe[0]))
    loop.watch(other, lambda: serve(other))
    os.write(pipe[1], b"x")
    os.write(other_end, b"x")
    loop.run_once(1)
    assert len(served) == 1
    os.close(other)
    os.close(other_end)
