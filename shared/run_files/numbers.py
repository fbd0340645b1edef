"""What a number in a document may be, so that whoever reads it can count, compare and print it."""

from typing import Annotated

from msgspec import Meta

from shared.clock import FIRST_MS, LAST_MS

_LARGEST = 2**53
"""Beyond it a browser does not know one integer from the next."""

Integer = Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""What SQLite takes for a row's id, and a file system for a time in nanoseconds."""

Count = Annotated[int, Meta(ge=0, le=_LARGEST)]
"""How many, how large, or which process: never below 0."""

EpochMs = Annotated[int, Meta(ge=FIRST_MS, le=LAST_MS)]
"""A moment in the years that a calendar has, epoch milliseconds UTC."""

Sum = float | None
"""A sum of recorded sizes: None where it is not finite, for which JSON has no word."""
