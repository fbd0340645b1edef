"""How a run that follows a recording stands, for whoever tells others of it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Following:
    """Where a follower stands; it changes as the follower goes on.

    `is_live` once it has all that is recorded so far. `waits_for` is the file that has to appear,
    or to have rows. While it `is_reading_again` what it has is of an earlier moment. `late_rows`
    are rows that came after newer ones, and are read in when the file is read again.
    """

    is_live: bool = False
    waits_for: str | None = None
    is_reading_again: bool = False
    late_rows: int = 0
