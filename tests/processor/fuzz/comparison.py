"""Compare what was published with what must come out."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.processor.fuzz.sums import NEWEST, Expected

_RELATIVE = 1e-12
_OBI = 1e-9


def differences(expected: Expected, data: dict[str, Any], status: dict[str, Any]) -> list[str]:
    """Return in words what is not as it must be: prices to the bit, sums as close as floats are."""
    found: dict[str, tuple[Any, Any]] = {
        "book rows": (expected.book_rows, status["book_rows"]),
        "trades": (expected.trades, status["trades"]),
        "skipped": (_counts(expected.skipped), status["skipped"]),
        "observed": (_counts(expected.observed), status["observed"]),
        "bids": ([list(level) for level in expected.bids], data["depth"]["bids"]),
        "asks": ([list(level) for level in expected.asks], data["depth"]["asks"]),
        "prices": (
            [bar[:5] for bar in expected.ohlc[-NEWEST:]],
            [bar[:5] for bar in data["ohlc"]],
        ),
    }
    words = [f"{name}: expected {a}, found {b}" for name, (a, b) in found.items() if a != b]
    words += _bar_sums(expected, data) if not words else []
    return words + _conservation(expected, status["conservation"])


def _bar_sums(expected: Expected, data: dict[str, Any]) -> list[str]:
    scale = float(expected.size)
    wrong = [
        *_unlike("volume", [bar[5:] for bar in expected.ohlc], [b[5:] for b in data["ohlc"]], 0.0),
        *_unlike("CVD", expected.cvd, data["cvd"], scale * _RELATIVE),
        *_unlike(
            "OBI",
            [[start, *_candle(obis)] for start, obis, _ in expected.metrics],
            [bar[:5] for bar in data["metrics"]],
            _OBI,
        ),
        *_unlike(
            "TOT",
            [[start, *_candle(tots)] for start, _, tots in expected.metrics],
            [[bar[0], *bar[5:]] for bar in data["metrics"]],
            0.0,
        ),
    ]
    if expected.newest_obi is not None and not wrong:
        newest = data["metrics"][-1][4]
        if abs(expected.newest_obi - Fraction(newest)) > _OBI:
            wrong.append(f"OBI of the newest sample: expected {expected.newest_obi}, not {newest}")
    return wrong


def _unlike(
    name: str, expected: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]], room: float
) -> list[str]:
    rows = [[float(value) for value in row] for row in expected[-NEWEST:]]
    if len(rows) != len(found):
        return [f"{name}: expected {len(rows)} bars, found {len(found)}"]
    for row, other in zip(rows, found, strict=True):
        if not all(
            math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=room)
            for a, b in zip(row, other, strict=True)
        ):
            return [f"{name}: expected {row}, found {list(other)}"]
    return []


def _conservation(expected: Expected, told: dict[str, Any]) -> list[str]:
    room = float(expected.size) * _RELATIVE
    sums = {
        "size_accepted": expected.size,
        "bar_volume": expected.size,
        "signed_size": expected.signed,
        "cvd": expected.signed,
    }
    wrong = [
        f"{name}: expected {float(value)!r}, found {told[name]!r}"
        for name, value in sums.items()
        if not math.isclose(float(value), told[name], rel_tol=_RELATIVE, abs_tol=room)
    ]
    if told["trades_accepted"] != expected.accepted:
        wrong.append(f"accepted: expected {expected.accepted}, found {told['trades_accepted']}")
    return wrong


def _counts(counter: Any) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items()) if count}


def _candle(values: list[float]) -> list[float]:
    return [values[0], max(values), min(values), values[-1]]
