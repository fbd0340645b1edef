"""Columns of text as times, numbers and sides; one that is not wholly of the form is refused."""

import math
from collections.abc import Callable, Mapping, Sequence

from shared.recordings.level_parser import LARGEST
from shared.recordings.problems import BadRowError
from shared.recordings.recorded_time import parse_timestamp_ms

Times = Callable[[Sequence[str]], list[int]]

TAKER_SIDES: Mapping[str, str] = {
    word: side
    for side in ("buy", "sell")
    for word in (side, side.capitalize(), side.upper(), side[0], side[0].upper())
}
MAKER_FLAGS: Mapping[str, str] = {
    word: side
    for side, words in (
        ("sell", ("true", "True", "TRUE", "1")),
        ("buy", ("false", "False", "FALSE", "0")),
    )
    for word in words
}
"""Whether the buyer was the maker: then the taker sold."""

_FIRST_MS = 10**11
_LAST_MS = 10**14


def times_of_integers(texts: Sequence[str]) -> list[int]:
    """Return epoch ms of epochs in milli-, micro- or nanoseconds; raise ValueError otherwise."""
    times = list(map(int, texts))
    low, high = min(times), max(times)
    for divisor in (1, 1000, 10**6):
        if _FIRST_MS * divisor <= low and high < _LAST_MS * divisor:
            return times if divisor == 1 else [time // divisor for time in times]
    raise ValueError("not all of one unit")


def times_of_seconds(texts: Sequence[str]) -> list[int]:
    """Return epoch ms of epochs in seconds with a fraction, by their digits; else ValueError."""
    times = []
    for text in texts:
        whole, _, fraction = text.partition(".")
        if not whole.isdigit() or not (fraction.isdigit() or not fraction):
            raise ValueError(text)
        times.append(int(whole) * 1000 + int((fraction + "000")[:3]))
    if not _FIRST_MS <= min(times) <= max(times) < _LAST_MS:
        raise ValueError("no seconds of our time")
    return times


def times_of_any(texts: Sequence[object]) -> list[int]:
    """Return epoch ms of what day files may have as times; else ValueError."""
    try:
        return [parse_timestamp_ms(text) for text in texts]
    except BadRowError as error:
        raise ValueError(str(error)) from error


def numbers(texts: Sequence[str]) -> list[float]:
    """Return positive numbers, at most LARGEST; raise ValueError when one is something else.

    The texts hold neither `_` nor blanks, which Python would take as part of a number.
    """
    values = list(map(float, texts))
    total = sum(values)
    # Not a number is neither more nor less than any; only a sum tells. Where all are positive and
    # the sum is small enough, each of them is.
    is_small = total <= LARGEST or max(values) <= LARGEST
    if math.isnan(total) or not min(values) > 0 or not is_small:
        raise ValueError("not all positive")
    return values
