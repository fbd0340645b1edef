"""The rows that a day file grows by."""

from typing import NamedTuple


class NewBookRow(NamedTuple):
    """Levels as text, a JSON list of `[price, size, …]`; what the exchange did not say is None."""

    timestamp_ms: int
    bids: str
    asks: str
    action: str | None = None
    seq_id: int | None = None
    prev_seq_id: int | None = None


class NewTrade(NamedTuple):
    """A trade; `side` is the taker's, `buy` or `sell`."""

    timestamp_ms: int
    trade_id: str | None
    price: float
    size: float
    side: str


class Gap(NamedTuple):
    """A time of which rows are known to be missing: of `table`, from and to inclusive.

    `rows` is how many, as far as that is known.
    """

    from_ms: int
    to_ms: int
    table: str
    rows: int | None
    reason: str

    @property
    def timestamp_ms(self) -> int:
        """What says in which day file it is noted."""
        return self.from_ms


NewRow = NewBookRow | NewTrade | Gap
"""What can be put into a day file."""
