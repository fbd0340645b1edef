"""Columns that travel together as a named tuple of arrays: parts of them, and joins."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

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
