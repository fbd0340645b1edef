"""What every format offers, and what it goes by: how a text begins, and what the user says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from recorder.importers.archives.lines import Block
from recorder.importers.placing.batches import Batch
from recorder.importers.placing.contracts import Contracts
from recorder.importers.placing.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of the files; None where their content is to tell."""

    instrument: str | None = None
    format: str | None = None
    contracts: Contracts = field(default_factory=Contracts)
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Which column is what: `{"price": "px", "side": "is_buyer_maker:false/true"}`."""


@dataclass(frozen=True, slots=True)
class Head:
    """How a text begins, and what it is called."""

    name: str
    data: bytes

    @property
    def base_name(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.name).name

    @property
    def first_line(self) -> bytes:
        """Its first line, without its end."""
        return self.data.partition(b"\n")[0].rstrip(b"\r")

    @property
    def encoding(self) -> str:
        """What its letters are written in: OKX's older headings are in GBK."""
        try:
            self.first_line.decode("utf-8")
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"


class Reader(Protocol):
    """Reads texts of one format."""

    @property
    def format(self) -> str:
        """What the table at the end calls it."""
        ...

    def source_of(self, table: str) -> str:
        """Return whose rows those of `table` are: a day file has one source in each table."""
        ...

    @property
    def has_counted_ids(self) -> bool:
        """Whether the exchange gives its trades numbers one after the other."""
        ...

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[Batch]:
        """Yield the rows, and have `outcome` count all rows there are and those left out."""
        ...
