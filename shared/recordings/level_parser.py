"""Turn recorded level lists, JSON or Python literals, into order book levels."""

import ast
import math
import re
import warnings
from collections.abc import Mapping
from typing import Any

import orjson

from shared.recordings.problems import BadRowError, RowProblem
from shared.recordings.records import OrderbookLevel

# float() alone would also take "1_0", " 1 ", "infinity" and digits of other scripts.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


LARGEST = 1e30
"""The largest price or size that can be one. Of larger ones a sum might be infinite, and with it
all that is made of it; up to it, sums, products and squares of any number of rows are numbers."""


def parse_levels_including_zeros(text: str | bytes) -> list[OrderbookLevel]:
    """Return the levels in `text`, in its order; those of size 0, which delete, are kept.

    `text` is a list as JSON or, failing that, as a Python literal.
    Raises BadRowError when it is neither or a level cannot be used.
    """
    try:
        levels = orjson.loads(text)
    except orjson.JSONDecodeError:
        levels = _parse_literal(text)
    return normalize_levels(levels)


def normalize_levels(levels: Any) -> list[OrderbookLevel]:
    """Return decoded `levels` as (price, size), in their order, size 0 kept.

    A level is a list or tuple of 2 to 4 strings or numbers that starts with price and size, or a
    mapping with `price` and `size`. Raises BadRowError when one is something else, when a price
    is not positive, a size not zero or more, or one of them above `LARGEST`.
    """
    if not isinstance(levels, list | tuple):
        raise BadRowError(
            RowProblem.MALFORMED_LEVELS, f"expected a list of levels, found {_shown(levels)}"
        )
    return [_normalize_level(level) for level in levels]


def _normalize_level(level: Any) -> OrderbookLevel:
    match level:
        case [price, size] | [price, size, _] | [price, size, _, _]:
            pass
        case Mapping() if "price" in level and "size" in level:
            price, size = level["price"], level["size"]
        case _:
            raise BadRowError(
                RowProblem.MALFORMED_LEVELS,
                f"expected a level [price, size, …], found {_shown(level)}",
            )
    parsed = OrderbookLevel(parse_number(price), parse_number(size))
    if not 0 < parsed.price <= LARGEST:
        expected = f"price {limits(parsed.price, '> 0')}"
        raise BadRowError(RowProblem.BAD_LEVEL, f"expected {expected}, found {_shown(price)}")
    if not 0 <= parsed.size <= LARGEST:
        expected = f"size {limits(parsed.size, '>= 0')}"
        raise BadRowError(RowProblem.BAD_LEVEL, f"expected {expected}, found {_shown(size)}")
    return parsed


def parse_number(value: Any) -> float:
    """Return the number that `value`, a number or plain decimal text, stands for, else NaN."""
    if isinstance(value, str):
        return float(value) if _DECIMAL.fullmatch(value) else math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return math.nan


def limits(number: float, least: str) -> str:
    """Return which limit `number` is beyond, `least` or that of `LARGEST`."""
    return f"<= {LARGEST:g}" if number > LARGEST else least


def _parse_literal(text: str | bytes) -> Any:
    source = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        with warnings.catch_warnings():  # the compiler warns of "[1](2)" before we refuse it,
            warnings.simplefilter("ignore")  # and of an unknown escape like "\d"
            return ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise BadRowError(
            RowProblem.MALFORMED_LEVELS,
            f"expected a list of levels as JSON or Python literal, found {source!r}",
        ) from error


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # an integer too long, a list too deep to print
        return f"{type(value).__name__} too large to show"
