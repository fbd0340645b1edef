"""Columns that travel together as a named tuple of arrays: parts of them, and joins."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]

Rows = TypeVar("Rows", bound=tuple[Any, ...])


def part(rows: Rows, which: Any) -> Rows:
    """Return some of the rows: a slice, their numbers, or whether each is one."""
    kind: Any = type(rows)
    some: Rows = kind(*(column[which] for column in rows))
    return some


def split(rows: Rows, at: int) -> tuple[Rows, Rows]:
    """Return the first `at` rows, and the others."""
    return part(rows, slice(at)), part(rows, slice(at, None))


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all `parts`, at least one, one after the other."""
    if len(parts) == 1:
        return parts[0]
    kind: Any = type(parts[0])
    rows: Rows = kind(*map(np.concatenate, zip(*parts, strict=True)))
    return rows


def run_starts(values: NDArray[Any]) -> Places:
    """Return where each run of equal `values` begins.

    >>> run_starts(np.array([7, 7, 9, 7]))
    array([0, 2, 3])
    """
    is_start = np.empty(len(values), np.bool_)
    is_start[:1] = True
    np.not_equal(values[1:], values[:-1], out=is_start[1:])
    return np.flatnonzero(is_start)


def run_ends(starts: Places, length: int) -> Places:
    """Return where each run ends, the last of them at `length`.

    >>> run_ends(np.array([0, 2, 3]), 4)
    array([2, 3, 4])
    """
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:]
    ends[-1:] = length
    return ends


def run_sums(values: NDArray[np.float64], starts: Places) -> NDArray[np.float64]:
    """Return the sum of each run, added up from its first value to its last.

    >>> run_sums(np.array([1.0, 2.0, 0.5]), np.array([0, 2]))
    array([3. , 0.5])
    """
    lengths = run_ends(starts, len(values)) - starts
    of_run = np.repeat(np.arange(len(starts)), lengths)
    sums: Any = np.bincount(of_run, values, len(starts))
    return np.asarray(sums, np.float64)
