"""Whether a recording tells what happened at the local exchange: by a few lines of its own."""

import random
from pathlib import Path
from typing import Any

from tests.support.local_exchange import LocalExchange
from tests.support.recorder_process import Rows, rows_of
from tests.support.replayed import books_after


def check_recording(
    exchange: LocalExchange, data_dir: Path, instrument: str = "BTC-USDT", moments: int = 10
) -> Rows:
    """Fail unless each row is there once, but in gaps; and the book is the exchange's own."""
    rows = rows_of(data_dir, instrument)
    check_trades(exchange, rows, instrument)
    check_chain(rows)
    check_book(exchange, rows, instrument, moments)
    return rows


def check_trades(exchange: LocalExchange, rows: Rows, instrument: str) -> None:
    """Each of the exchange's trades is there once, whole or as all its single matches.

    As many ids as are missing are noted as that.
    """
    ids = [row[0] for row in rows.trades]
    assert ids == sorted(set(ids)), "trades twice, or out of order"
    recorded = {row[0]: row for row in rows.trades}
    missing = 0
    for each in exchange.get("/_control/trades", instId=instrument):
        last, count = int(each["tradeId"]), int(each["count"])
        if not ids[0] < last <= ids[-1]:
            continue
        found = [recorded[n] for n in range(last - count + 1, last + 1) if n in recorded]
        for _, price, _, side, time_ms in found:
            assert (price, side, time_ms) == (float(each["px"]), each["side"], int(each["ts"]))
        if not is_close(sum(row[2] for row in found), float(each["sz"])):
            missing += count - len(found)
    given_up = sum(gap[3] or 0 for gap in rows.gaps if gap[0] == "trades")
    assert missing == given_up, f"{missing} trades are missing, {given_up} noted as that"


def check_chain(rows: Rows) -> None:
    """Where a row does not follow the one before it there is a snapshot, and a gap noted."""
    gaps = {(gap[1], gap[2]) for gap in rows.gaps if gap[0] == "book"}
    seen = set()
    before = None
    for row in rows.book:
        _, _, time_ms, action, seq_id, prev_seq_id = row
        assert row not in seen or action == "snapshot", "a book row twice"
        seen.add(row)
        if before is None:
            assert action == "snapshot"
        elif action == "snapshot":
            is_noted = (before[2], time_ms) in gaps
            assert is_noted or seq_id == before[4], f"no gap noted before {seq_id}"
        else:
            assert prev_seq_id == before[4]
        before = row


def check_book(exchange: LocalExchange, rows: Rows, instrument: str, moments: int) -> None:
    """The rows lead to the exchange's book at the end and at moments drawn."""
    drawn = {len(rows.book) - 1, *random.Random(7).choices(range(len(rows.book)), k=moments)}
    looked_at = {(rows.book[number][4], rows.book[number][2]) for number in drawn}
    compared = 0
    for (seq_id, _), book in books_after(rows.book, looked_at):
        own = exchange.get("/_control/book", instId=instrument, seqId=seq_id)
        if "error" not in own:
            compared += 1
            assert book == {side: _levels(own[side]) for side in book}, f"at {seq_id}"
    assert compared, "no moment could be compared"


def is_close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(one, other)


def _levels(levels: list[Any]) -> dict[str, str]:
    return {level[0]: level[1] for level in levels}
