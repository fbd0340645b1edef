"""Damage JSON documents in every way that a seeded generator comes upon."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**30,
    -(10**30),
    2**63,
    1.5,
    1e308,
    -1e308,
    "",
    "yesterday",
    "\u0000\u2028",
    "9" * 400,
    [],
    {},
    [[]],
    [None],
    {"": {}},
    {"a": [1, {"b": []}]},
)
"""What may stand in the place of anything."""

Path = list[str | int]


def damaged(document: Any, rng: random.Random) -> bytes:
    """Return `document` as JSON, damaged once or a few times: in what it says or in its bytes."""
    if rng.random() < 0.2:
        return _damaged_bytes(json.dumps(document).encode(), rng)
    return json.dumps(damaged_value(document, rng)).encode()


def damaged_value(document: Any, rng: random.Random) -> Any:
    """Return `document` with one to three of its parts replaced, dropped, repeated or junk."""
    document = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        paths = list(_paths(document))
        if not paths:
            return rng.choice(JUNK)
        *outer, name = rng.choice(paths)
        part = document
        for step in outer:
            part = part[step]
        rng.choice(_CHANGES)(part, name, rng)
    return document


def large(rng: random.Random) -> Iterator[bytes]:
    """Yield documents of about 10 MB, each of another kind."""
    text = b"x" * 10_000_000
    yield text
    yield b'"' + text + b'"'
    yield b'{"last_error": "' + text + b'"}'
    yield b"[" * 10_000_000
    yield b'{"a":' * 2_000_000
    yield b"[" + b"0," * 5_000_000 + b"0]"
    yield json.dumps([[n * 1000, *[rng.random()] * 5] for n in range(100_000)]).encode()
    yield bytes(10_000_000)


def _paths(value: Any) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for name, part in inner:
        yield [name]
        yield from ([name, *path] for path in _paths(part))


def _replace(part: Any, name: str | int, rng: random.Random) -> None:
    part[name] = copy.deepcopy(rng.choice(JUNK))


def _nudge(part: Any, name: str | int, rng: random.Random) -> None:
    is_number = isinstance(part[name], int | float)
    part[name] = -part[name] if is_number and rng.random() < 0.5 else str(part[name])


def _drop(part: Any, name: str | int, _: random.Random) -> None:
    del part[name]


def _wrap(part: Any, name: str | int, _: random.Random) -> None:
    part[name] = [part[name]]


def _add(part: Any, name: str | int, rng: random.Random) -> None:
    if isinstance(part, dict):
        part["of a later version"] = copy.deepcopy(rng.choice(JUNK))
    else:
        part.insert(int(name), copy.deepcopy(part[name]))


_CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    *(_replace, _replace, _replace),
    *(_nudge, _drop, _wrap, _add),
)


def _damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    match rng.randrange(5):
        case 0:
            return content[:place]
        case 1:
            return content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :]
        case 2:
            return content[:place] + rng.randbytes(8) + content[place:]
        case 3:
            return content[:place] + content
        case _:
            return rng.choice((b"", b"\n", b"null", b"\xef\xbb\xbf" + content, b"[" * 3000))
