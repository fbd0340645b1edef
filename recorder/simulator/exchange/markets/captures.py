"""Captured sessions of OKX, as cryptofeed keeps them: a line a message, with the time it came."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from recorder.simulator.exchange.protocol.requests import Argument
from recorder.simulator.exchange.protocol.topics import Topic
from shared.errors import NoInputError

_RECEIVED = re.compile(rb"([0-9]+(?:\.[0-9]+)?): (.+)")


class CapturedPush(NamedTuple):
    """A push as it came, `at_s` in epoch seconds of whoever captured it."""

    at_s: float
    topic: Topic
    text: bytes


class _Message(msgspec.Struct):
    arg: Argument
    data: msgspec.Raw


def read_captures(paths: Iterable[Path]) -> list[CapturedPush]:
    """Return all pushes of the files in the order of their times; answers and events are left out.

    Raises NoInputError when one of the files cannot be read or has no push of OKX in it.
    """
    pushes = []
    for path in paths:
        try:
            found = _read(path)
        except OSError as error:
            raise NoInputError(f"{path}: {error.strerror or error}") from error
        if not found:
            raise NoInputError(
                f"{path}: expected a capture of OKX, lines of `time: message`; found no push in it"
            )
        pushes += found
    return sorted(pushes, key=lambda push: push.at_s)


def _read(path: Path) -> list[CapturedPush]:
    decode = msgspec.json.Decoder(_Message).decode
    pushes = []
    with path.open("rb") as lines:
        for line in lines:
            received = _RECEIVED.fullmatch(line.rstrip(b"\r\n"))
            if received is None:
                continue
            try:
                topic = decode(received[2]).arg.topic
            except msgspec.DecodeError:
                continue
            pushes.append(CapturedPush(float(received[1]), topic, received[2]))
    return pushes
