"""The forms that one value may have in a column: numbers, times, sides, instruments."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

Form = Callable[[Any, random.Random], Any]


def fixed(value: float) -> str:
    """Return the shortest decimal without an exponent that stands for `value`."""
    return format(Decimal(repr(value)), "f")


NUMERALS: dict[str, Form] = {
    "decimal": lambda value, _: fixed(value),
    "repr": lambda value, _: repr(value),
    "exponent": lambda value, _: f"{Decimal(repr(value)):E}",
    "every digit": lambda value, _: format(Decimal(value), "f"),
    "trailing zeros": lambda value, rng: _with_point(value) + "0" * rng.randrange(1, 25),
}
"""Decimals that JSON, Python and SQLite take for a number."""

TEXT_NUMERALS: dict[str, Form] = {
    **NUMERALS,
    "leading zeros": lambda value, _: f"000{fixed(value)}",
    "plus": lambda value, _: f"+{fixed(value)}",
    "bare point": lambda value, _: _with_point(value).rstrip("0").removeprefix("0" * (value > 0)),
}
"""Those that may stand in quotes as well."""

SIDES: dict[str, Form] = {
    "lower": lambda side, _: side,
    "upper": lambda side, _: side.upper(),
    "title": lambda side, _: side.title(),
    "spaces around": lambda side, _: f" {side}\t",
    "blob": lambda side, _: side.encode(),
}

INSTRUMENTS: dict[str, Form] = {
    "null": lambda *_: None,
    "the file's": lambda name, _: name,
    "other case": lambda name, _: name.swapcase(),
    "empty": lambda *_: "",
    "blob": lambda name, _: name.encode(),
}

ACTIONS: dict[str, Form] = {
    "lower": lambda action, _: action,
    "upper": lambda action, _: action and action.upper(),
    "spaces around": lambda action, _: action and f"  {action} ",
    "blob": lambda action, _: action and action.encode(),
    "another word": lambda action, rng: action or rng.choice(["", "delta", "0", "снимок"]),
}

TIMES: dict[str, Form] = {
    "ms text": lambda ms, _: str(ms),
    "ms integer": lambda ms, _: ms,
    "ms real": lambda ms, _: float(ms),
    "ms blob": lambda ms, _: str(ms).encode(),
    "ms spaces around": lambda ms, _: f" {ms}\n",
    "ms exponent": lambda ms, _: f"{ms // 10**12}.{ms % 10**12:012d}e12",
    "seconds": lambda ms, _: ms // 1000 if ms % 1000 == 0 else f"{ms // 1000}.{ms % 1000:03d}",
    "microseconds": lambda ms, rng: ms * 1000 + rng.randrange(1000),
    "nanoseconds": lambda ms, rng: ms * 10**6 + rng.randrange(10**6),
    "ISO": lambda ms, _: _moment(ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}",
    "ISO with Z": lambda ms, _: _moment(ms).isoformat(timespec="milliseconds")[:23] + "Z",
    "ISO with a space": lambda ms, rng: (
        _moment(ms).isoformat(" ")[:19] + f".{ms % 1000:03d}{rng.randrange(1000):03d}"
    ),
    "ISO with an offset": lambda ms, rng: (
        _moment(ms)
        .astimezone(timezone(timedelta(minutes=rng.choice((-570, 60, 330)))))
        .isoformat(timespec="milliseconds")
    ),
    "ISO compact": lambda ms, _: _moment(ms).strftime("%Y%m%dT%H%M%S.") + f"{ms % 1000:03d}",
    "digits of a date": lambda ms, _: (
        _moment(ms).strftime("%Y%m%d%H%M%S") + (f"{ms % 1000:03d}" if ms % 1000 else "")
    ),
}


def _with_point(value: float) -> str:
    text = fixed(value)
    return text if "." in text else f"{text}."


def _moment(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
