"""Rows with much text come one by one, so that none of them makes a batch large."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from processor.engine.intake import book_intake
from processor.engine.replay import file_replay
from processor.engine.sqlite.columns import ColumnBatch
from processor.engine.sqlite.queries import WIDE_BYTES
from tests.support.engine_runs import assert_all_agree, engine, run
from tests.support.recordings import T0, Book, Recording, Tick

LEVELS = 2000


def side(first: float, step: float, seed: int) -> str:
    rng = random.Random(seed)
    return json.dumps([[f"{first + step * i:.1f}", f"{rng.random():.6f}"] for i in range(LEVELS)])


def rows() -> list[Book]:
    """Return 60 rows, each third of them wide on one side or both, and each tenth broken."""
    found = []
    for i in range(60):
        bids, asks = json.dumps([["999.5", str(i)]]), json.dumps([["1000.5", "1"]])
        if i % 3 == 0:
            bids = side(999.5, -0.1, i)
        if i % 6 == 0:
            asks = side(1000.5, 0.1, -i)
        if i % 10 == 9:
            bids = bids[:-1]
        found.append(Book(str(T0 + 1000 * i), bids, asks))
    return found


@pytest.mark.parametrize("batch_rows", [3, 7, 1024])
@pytest.mark.parametrize("order", ["in order", "out of order"])
def test_wide_rows_give_what_the_reference_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, batch_rows: int
) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", batch_rows)
    book = rows()
    if order == "out of order":
        random.Random(1).shuffle(book)
    file = Recording(tmp_path).write(book, [Tick(str(T0 + 700 * i)) for i in range(60)])
    result = assert_all_agree(file)
    assert result.outcome.skipped == {"malformed_levels": 6}
    assert result.position.book_rows == 54


def test_no_batch_holds_the_text_of_a_wide_row_and_the_kernel_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Recording(tmp_path).write(rows()[:9], [])
    longest: Counter[str] = Counter()
    read_columns = file_replay.read_columns

    def measured(*arguments: Any) -> Any:
        for batch in read_columns(*arguments):
            note(batch)
            yield batch

    def note(batch: ColumnBatch) -> None:
        if len(batch.arrays) == 6:
            longest["text"] = max(longest["text"], *map(len, (batch.arrays[2], batch.arrays[4])))

    def never(*row: Any) -> Any:
        raise AssertionError("the strict parser was asked")

    monkeypatch.setattr(file_replay, "read_columns", measured)
    monkeypatch.setattr(book_intake, "parse_book_row", never)
    assert run(engine([file]), [file]).position.book_rows == 9
    assert 0 < longest["text"] < WIDE_BYTES
