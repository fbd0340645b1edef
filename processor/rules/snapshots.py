"""Which book rows replace the whole book: the one place that says what a snapshot is."""

from shared.job import Snapshots
from shared.recordings.records import BookChange

FEWEST_LEVELS = 20
"""A list shorter than this is no book, on neither side."""

SHARE_OF_BOOK = (9, 10)
"""The least share, nine tenths, of as many levels as the book holds."""


def is_as_large(bids: int, asks: int, held_bids: int, held_asks: int) -> bool:
    """Say whether a row with so many levels a side is large enough to be the whole book.

    `held_bids` and `held_asks` are how many the book holds before it. A row is taken for a snapshot
    when it is as large as this and no level in it has size 0: updates of a whole book without one
    deletion do not occur, and recorders that subscribe anew write just that.

    >>> is_as_large(400, 400, 400, 380), is_as_large(359, 400, 400, 380), is_as_large(19, 19, 0, 0)
    (True, False, False)
    """
    part, whole = SHARE_OF_BOOK
    return (
        bids >= FEWEST_LEVELS
        and asks >= FEWEST_LEVELS
        and whole * bids >= part * held_bids
        and whole * asks >= part * held_asks
    )


def change_of(told: BookChange, snapshots: Snapshots) -> BookChange:
    """Return what a row is that says `told` of itself; UNTOLD is left to its size.

    >>> change_of(BookChange.UNTOLD, Snapshots.COLUMN).name
    'UPDATE'
    """
    if snapshots is Snapshots.NEVER:
        return BookChange.UPDATE
    if snapshots is Snapshots.COLUMN and told is BookChange.UNTOLD:
        return BookChange.UPDATE
    return told
