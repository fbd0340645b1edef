"""Compile the kernels, or take them from the cache, beside the work that waits for them."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit

from processor.engine import book_kernel, level_kernel, trade_kernel
from processor.engine.level_shapes import no_shapes

logger = logging.getLogger(__name__)

_compile = njit(cache=True, nogil=True, error_model="numpy")
_parse_levels = _compile(level_kernel.parse_levels)
_apply_book_rows = _compile(book_kernel.apply_book_rows)
_count_trades = _compile(trade_kernel.count_trades)

LOOK_SECONDS = 0.02


class Kernels:
    """The three kernels: plain Python until they are compiled, so that nobody waits for that.

    Loading from the cache takes a fraction of a second, compiling for the first time on a
    machine some seconds. Both happen in a thread of their own.
    """

    def __init__(self) -> None:
        self.is_ready = False
        self.apply_book_rows: Any = book_kernel.apply_book_rows
        self.count_trades: Any = trade_kernel.count_trades
        self.parse_levels: Any = _parse_levels
        self._thread = threading.Thread(target=self._prepare, name="compile", daemon=True)

    def prepare(self) -> None:
        """Begin to make the compiled kernels ready, if that has not begun yet."""
        if not self._thread.is_alive() and not self.is_ready:
            self._thread.start()

    def wait(self) -> None:
        """Return when the compiled kernels are ready."""
        self._thread.join()

    def load(self) -> Iterator[None]:
        """Wait while they come from the cache, but not for a compiler, yielding meanwhile.

        Rows that would go one by one at that time cost more than it takes, and a busy interpreter
        makes it take seconds.
        """
        while self._thread.is_alive() and not _is_compiling():
            yield
            self._thread.join(LOOK_SECONDS)

    def _prepare(self) -> None:
        _call_each_with_nothing()
        self.apply_book_rows = _apply_book_rows
        self.count_trades = _count_trades
        self.is_ready = True
        logger.debug("compiled kernels are ready")


def _is_compiling() -> bool:
    """Say whether a kernel was not in the cache."""
    kernels = (_parse_levels, _apply_book_rows, _count_trades)
    return any(kernel.stats.cache_misses for kernel in kernels)


def _call_each_with_nothing() -> None:
    """Call each kernel with no rows: numba compiles for the types of the arguments it meets."""
    text, offsets = np.zeros(0, np.uint8), np.zeros(1, np.int32)
    text.flags.writeable = offsets.flags.writeable = False  # as those that Arrow lends
    numbers, ends = np.zeros(0), np.zeros(0, np.int64)
    flags, times = np.zeros(0, np.bool_), np.zeros(0, np.int64)
    side, bounds = np.zeros((2, 0)), np.zeros((2, 2), np.int64)
    _parse_levels(text, offsets, numbers, numbers, ends, flags, *no_shapes())
    columns = (numbers, numbers, ends)
    _apply_book_rows(
        0,
        times,
        flags,
        *columns,
        *columns,
        side,
        side,
        bounds,
        np.zeros(1, book_kernel.BOOK_STATE),
        np.zeros((0, book_kernel.BAR_COLUMNS)),
    )
    _count_trades(
        0,
        times,
        numbers,
        numbers,
        0,
        np.zeros(1, trade_kernel.TRADE_STATE),
        np.zeros((0, trade_kernel.BAR_COLUMNS)),
    )
