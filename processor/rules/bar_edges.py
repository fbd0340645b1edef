"""Where bars begin: the one place that says what a bar is."""

from typing import Any, TypeVar

Moments = TypeVar("Moments", bound=Any)
"""A moment in epoch ms, or an array of them."""


def bar_start(moments: Moments, window_ms: int) -> Moments:
    """Return where the bar begins that each of `moments` lies in, epoch ms.

    Bars are `window_ms` long, and the epoch begins one.

    >>> bar_start(125_000, 60_000)
    120000
    """
    start: Moments = moments // window_ms * window_ms
    return start
