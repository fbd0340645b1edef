"""A place in a table from which reading can go on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """After the first `rows` rows in reading order, the last of which has the id `row_id`."""

    rows: int = 0
    row_id: int | None = None


START = Place()
