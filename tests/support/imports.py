"""Run the import in this process, and read what it has written by few lines of our own."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from recorder.importers.formats.reader import Asked
from recorder.importers.formats.trades.named_columns import parse_mapping
from recorder.importers.importing import Importer
from recorder.importers.placing.contracts import Contracts, parse_contract_size
from recorder.importers.placing.outcome import Outcome
from tests.support.real_recordings import REAL_DATA

DOWNLOADS = REAL_DATA / "downloads"

Content = Mapping[str, Mapping[str, list[tuple[Any, ...]]]]
"""By the name of the day file and the table: its rows."""


def import_file(
    path: Path,
    out_dir: Path,
    *,
    instrument: str | None = None,
    format_name: str | None = None,
    contract_size: str | None = None,
    mapping: str | None = None,
    contracts: Contracts | None = None,
    keeps_damaged: bool = False,
) -> Outcome:
    """Import one file into `out_dir`, made if absent."""
    out_dir.mkdir(parents=True, exist_ok=True)
    size = parse_contract_size(contract_size) if contract_size else None
    asked = Asked(
        instrument,
        format_name,
        contracts or Contracts(size),
        parse_mapping(mapping) if mapping else {},
    )
    return Importer(out_dir, asked, keeps_damaged).run(path)


def content(folder: Path) -> Content:
    """Return all rows of all day files in `folder`, in the order that they count in."""
    found = {}
    for path in sorted(folder.iterdir()):
        with closing(sqlite3.connect(path)) as connection:
            found[path.name] = {
                table: connection.execute(
                    f"SELECT * FROM {table} ORDER BY CAST(timestamp AS INTEGER), id"
                ).fetchall()
                for table in ("book", "trades")
            }
    return found


def trades(folder: Path) -> list[tuple[Any, ...]]:
    """Return trade id, price, size, side and time of all trades in `folder`."""
    return [row[2:] for file in content(folder).values() for row in file["trades"]]


def sums(folder: Path) -> tuple[int, float, float]:
    """Return how many trades there are, their volume, and buys less sells."""
    found = trades(folder)
    signed = [size if side == "buy" else -size for _, _, size, side, _ in found]
    return len(found), sum(map(abs, signed)), sum(signed)


def book(folder: Path) -> list[tuple[Any, ...]]:
    """Return bids, asks, time, action, seq_id and prev_seq_id of all book rows in `folder`."""
    return [row[2:] for file in content(folder).values() for row in file["book"]]
