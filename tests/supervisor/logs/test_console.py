"""Lines for the terminal: short, whole, and never waited for."""

import contextlib
import logging
import os
from collections.abc import Iterator

import pytest

from supervisor.logs.console import MAX_LINE_BYTES, Console, ConsoleHandler


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    for descriptor in (reading, writing):
        os.close(descriptor)


def test_a_line_has_the_local_time_before_it(pipe: tuple[int, int]) -> None:
    Console(pipe[1]).say("the run begins")
    clock, _, text = os.read(pipe[0], 1000).decode().partition(" ")
    assert (len(clock), text) == (8, "the run begins\n")


def test_a_text_of_many_lines_becomes_one_short_line(pipe: tuple[int, int]) -> None:
    Console(pipe[1]).print("a\nb" + "x" * 5000)
    line = os.read(pipe[0], 10_000)
    assert (line[:4], len(line), line.count(b"\n")) == (b"a bx", MAX_LINE_BYTES, 1)


def test_last_words_keep_their_lines(pipe: tuple[int, int]) -> None:
    Console(pipe[1]).say_lines("one\ntwo")
    assert os.read(pipe[0], 1000) == b"  one\n  two\n"


def test_a_terminal_that_does_not_take_it_costs_the_line_and_no_time(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(pipe[1], bytes(4096))
    os.set_blocking(pipe[1], True)
    console = Console(pipe[1])
    console.say("lost")
    assert console.lost_lines == 1


def test_a_closed_terminal_costs_the_line() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    console = Console(writing)
    console.say("lost")
    os.close(writing)
    console.say("lost as well")
    assert console.lost_lines == 2


def test_a_warning_of_a_library_is_said(pipe: tuple[int, int]) -> None:
    handler = ConsoleHandler(Console(pipe[1]))
    handler.handle(logging.makeLogRecord({"levelno": 30, "levelname": "WARNING", "msg": "x"}))
    assert os.read(pipe[0], 1000).endswith(b" warning: x\n")
