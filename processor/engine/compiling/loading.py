"""Compile the kernels, or take them from the cache, beside the work that waits for them."""

import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numba import njit
from numba.core.caching import NullCache

from processor.engine.compiling.cache import are_all_kept, keep_compiled_kernels
from processor.engine.kernels import (
    book_bars,
    heat_kernel,
    ladder_kernel,
    layers_kernel,
    level_kernel,
    packing_kernel,
    seconds_kernel,
    sorted_kernel,
    trade_kernel,
)
from processor.engine.kernels.arguments import (
    BookRows,
    Heat,
    Ladder,
    LevelColumns,
    SortedSides,
    TextColumn,
    TradeRows,
)
from processor.engine.kernels.level_shapes import no_shapes

logger = logging.getLogger(__name__)

_THREAD = "compile"

IS_KEPT = keep_compiled_kernels()
# Without counting who holds an array: their caller does, and counting took a fifth of a run.
_options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
_compile: Any = njit(cache=IS_KEPT, **_options)
_parse_levels = _compile(level_kernel.parse_levels)
_apply_to_ladder = _compile(ladder_kernel.apply_to_ladder)
_apply_to_sorted = _compile(sorted_kernel.apply_to_sorted)
_count_trades = _compile(trade_kernel.count_trades)
_pack_columns = _compile(packing_kernel.pack_columns)
_lay_columns = _compile(layers_kernel.lay_columns)
_trade_seconds = _compile(seconds_kernel.trade_seconds)
_book_seconds = _compile(seconds_kernel.book_seconds)

_ALL = (_parse_levels, _apply_to_ladder, _apply_to_sorted, _count_trades)
_OF_HISTORY = (_pack_columns, _lay_columns, _trade_seconds, _book_seconds)

LOOK_SECONDS = 0.02


class Kernels:
    """The kernels: plain Python until they are compiled, so that nobody waits for that.

    Loading from the cache takes a fraction of a second, compiling for the first time on a
    machine some seconds. Both happen in a thread of their own.
    """

    def __init__(self) -> None:
        self.is_ready = False
        self._keeps_time = True
        self.parse_levels: Any = _parse_levels
        self.apply_to_ladder: Any = ladder_kernel.apply_to_ladder
        self.apply_to_sorted: Any = sorted_kernel.apply_to_sorted
        self.count_trades: Any = trade_kernel.count_trades
        self.pack_columns: Any = None
        self.trade_seconds: Any = None
        self.book_seconds: Any = None
        self.lay_columns: Any = None
        """None until they are ready: who keeps a history has another way, and is not to wait."""
        self._thread = _in_thread(self._prepare)
        self._history_thread = _in_thread(self._prepare_history)
        self._sorted_thread = _in_thread(self._prepare_sorted)

    def prepare(self, *, keeps_time: bool = True) -> None:
        """Begin to make the compiled kernels ready, if that has not begun yet.

        All but the one for sorted books, which hardly any recording needs: see `load_sorted`. That
        for ladders is compiled apart for a book that keeps time.
        """
        self._keeps_time = keeps_time
        if not self._thread.is_alive() and not self.is_ready:
            self._thread.start()

    def wait(self) -> None:
        """Return when the compiled kernels are ready."""
        self._thread.join()
        self._history_thread.join()

    def load(self) -> Iterator[None]:
        """Wait while they come from the cache, but not for a compiler, yielding meanwhile.

        Rows that would go one by one at that time cost more than it takes, and a busy interpreter
        makes it take seconds.
        """
        while self._thread.is_alive() and not _is_compiling():
            yield
            self._thread.join(LOOK_SECONDS)

    def load_sorted(self) -> Iterator[None]:
        """Wait for the compiled kernel for sorted books, yielding meanwhile.

        Even for a compiler: a batch in plain Python would take as long, without looking up.
        """
        if self._sorted_thread.ident is None:
            self._sorted_thread.start()
        while self._sorted_thread.is_alive():
            yield
            self._sorted_thread.join(LOOK_SECONDS)

    def _prepare(self) -> None:
        heat = _no_heat() if self._keeps_time else None
        _load_or_compile(partial(_call_each_with_nothing, heat))
        self.apply_to_ladder = _apply_to_ladder
        self.count_trades = _count_trades
        self._history_thread.start()
        self.is_ready = True
        logger.debug("compiled kernels are ready")

    def _prepare_history(self) -> None:
        _load_or_compile(_pack_nothing)
        self.pack_columns = _pack_columns
        _load_or_compile(_make_no_seconds)
        self.trade_seconds, self.book_seconds = _trade_seconds, _book_seconds
        if self._keeps_time:
            _load_or_compile(_lay_nothing)
            self.lay_columns = _lay_columns

    def _prepare_sorted(self) -> None:
        _load_or_compile(_call_sorted_with_nothing)
        self.apply_to_sorted = _apply_to_sorted


def _in_thread(work: Callable[[], None]) -> threading.Thread:
    return threading.Thread(target=work, name=_THREAD, daemon=True)


def is_half_compiled() -> bool:
    """Say whether this process began to make kernels ready that may not be kept yet.

    One that ends while it still takes them from the cache cannot tell whether the rest is there.
    """
    is_at_it = any(thread.name == _THREAD for thread in threading.enumerate())
    return IS_KEPT and is_at_it and not are_all_kept()


def _load_or_compile(call: Callable[[], None]) -> None:
    """Do `call`; where what is kept cannot be read or written, without keeping anything."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - of a damaged file comes whatever pickle raises
        logger.warning("compiled kernels cannot be kept: %r: they are compiled without", error)
        for kernel in (*_ALL, *_OF_HISTORY):
            kernel._cache = NullCache()  # there is no door for it
        call()


def _is_compiling() -> bool:
    """Say whether a kernel was not in the cache."""
    kernels = (_parse_levels, _apply_to_ladder, _count_trades)
    return any(kernel.stats.cache_misses for kernel in kernels)


_LEVELS = LevelColumns(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
_TIMES, _FLAGS = np.zeros(0, np.int64), np.zeros(0, np.bool_)
_BOOK_ROWS = BookRows(*(_TIMES,) * 5, _FLAGS, _LEVELS, _LEVELS)


def _call_each_with_nothing(heat: Heat | None) -> None:
    """Call each kernel with no rows: numba compiles for the types of the arguments it meets."""
    text = TextColumn(np.zeros(0, np.uint8), np.zeros(1, np.int32))
    for array in text:
        array.flags.writeable = False  # as those that Arrow lends
    _parse_levels(text, _LEVELS, _FLAGS, no_shapes())
    words = np.zeros((2, 0), np.uint64)
    ladder = Ladder(
        np.zeros((2, 0)), words, words, np.zeros(2, np.uint64), np.zeros(2, np.uint64), 1.0, 0
    )
    _apply_to_ladder(0, 0, _BOOK_ROWS, ladder, heat, *_no_book_results())
    _count_trades(
        0,
        0,
        TradeRows(_TIMES, _TIMES, np.zeros(0), np.zeros(0)),
        trade_kernel.no_sums(),
        trade_kernel.new_closed(0),
    )


def _no_heat() -> Heat:
    numbers, integers, words = np.zeros((2, 0)), np.zeros((0, 5), np.int64), np.zeros((2, 0), "u8")
    row = np.zeros(0), np.zeros(0, np.int64)
    return Heat(
        np.zeros(1, heat_kernel.HEAT_STATE),
        *(numbers, words, words, row[1]),
        *(integers, row[1], row[0]),
        *(integers, row[0], row[0]),
    )


def _call_sorted_with_nothing() -> None:
    side = np.zeros((2, 0))
    book = SortedSides(side, side, np.zeros((2, 2), np.int64))
    _apply_to_sorted(0, 0, _BOOK_ROWS, book, *_no_book_results())


def _pack_nothing() -> None:
    integers, floats = np.zeros((0, 0), np.int64), np.zeros((0, 0))
    ends = np.zeros(0, np.int64)
    out = np.zeros(packing_kernel.room_for(0, 0), np.uint8)
    _pack_columns(integers, floats, ends, integers, ends, ends, out)


def _make_no_seconds() -> None:
    integers, numbers, last = np.zeros((8, 0), np.int64), np.zeros((16, 0)), np.zeros(0, np.int64)
    _trade_seconds(integers, numbers, np.zeros(0), integers, numbers)
    _book_seconds(integers, numbers, 0, last, integers, numbers, last)


def _lay_nothing() -> None:
    cells = np.zeros(0, np.int64), np.zeros(0)
    held = np.zeros((3, 5), np.int64), np.zeros((3, 2, 0), np.int64), np.zeros((3, 2, 0))
    columns, index = np.zeros((5, 0), np.int64), np.zeros((0, 6), np.int64)
    codes, out = np.zeros(0, np.uint32), np.zeros(0, np.uint8)
    _lay_columns(columns, *cells, *held, *cells, codes, index, out)


def _no_book_results() -> tuple[Any, Any]:
    return book_bars.no_sums(), book_bars.new_output(0)
