"""The queries that bring a table's rows as columns, in the order asked for."""

import sqlite3
from collections.abc import Sequence

import numpy as np

from processor.engine.sqlite.columns import Column
from processor.engine.sqlite.read_ranges import RANGE_ROWS
from shared.recordings.opening import ids_of

ODD_SIDE = 1
"""The code of a trade whose time is plain and whose side is not."""

_EARLIEST_MS, _LATEST_MS = 10**12, 10**13 - 1

BOOK_FORMATS = "lluu"
TRADE_FORMATS = "llgg"


def book_query(
    connection: sqlite3.Connection,
    columns: Sequence[str],
    instrument: str,
    *,
    is_by_time: bool,
    skip: int = 0,
    after: int | None = None,
) -> str:
    """Return the query for rowid, timestamp, bids and asks.

    The timestamp is for `without_odd_times` to look at, 0 where the row is not plain otherwise.
    The first `skip` rows, in the order asked for, are left out; `after` is the id of the last of
    them, which saves reading over them where the rows are stored by id.
    """
    plain = f"CASE WHEN {_is_plain(columns, instrument)} THEN CAST(timestamp AS INTEGER) ELSE 0 END"
    rows = _ordered(connection, "book", is_by_time, skip, after)
    return f"SELECT book.rowid, {plain}, bids, asks FROM {rows}"


def trades_query(
    connection: sqlite3.Connection,
    columns: Sequence[str],
    instrument: str,
    *,
    is_by_time: bool,
    skip: int = 0,
    after: int | None = None,
    ids: range | None = None,
) -> str:
    """Return the query for rowid, code, price and size.

    The code is for `without_odd_codes` to look at: the timestamp times two, plus one for a taker
    who buys; `ODD_SIDE` where only the side is not plain, 0 where more is not. `skip` and `after`
    are those of `book_query`. With `ids`, which take their place, it is only for the first
    `RANGE_ROWS` of the rows with these ids, in their order.
    """
    code = (
        f"CASE WHEN {_is_plain(columns, instrument)} THEN CASE side"
        " WHEN 'buy' THEN 2 * CAST(timestamp AS INTEGER) + 1"
        " WHEN 'sell' THEN 2 * CAST(timestamp AS INTEGER)"
        f" ELSE {ODD_SIDE} END ELSE 0 END"
    )
    if ids is None:
        rows = _ordered(connection, "trades", is_by_time, skip, after)
    else:
        within = f"trades.rowid BETWEEN {ids[0]} AND {ids[-1]}"
        rows = f"trades WHERE {within} ORDER BY id LIMIT {RANGE_ROWS}"
    return f"SELECT trades.rowid, {code}, price, size FROM {rows}"


def ids_stored(connection: sqlite3.Connection, table: str, after: int | None) -> range | None:
    """Return the ids of the rows of `table` after the one with the id `after`, gaps included.

    None where the table is not stored by id, or its ends cannot be read.
    """
    if not _is_stored_by_id(connection, table):
        return None
    try:
        ids = ids_of(connection, table)
    except sqlite3.Error:
        return None
    return ids if after is None else range(after + 1, ids.stop)


def has_index_on_timestamp(connection: sqlite3.Connection, table: str) -> bool:
    """Say whether an index holds the rows of `table` in the order (timestamp, id)."""
    return bool(
        connection.execute(
            "SELECT 1 FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c"
            " WHERE c.seqno = 0 AND c.name = 'timestamp' AND i.partial = 0",
            (table,),
        ).fetchone()
    )


def without_odd_times(times: Column) -> Column:
    """Return `times` as a query gave them with 0 in place of those that are not plain."""
    return np.where((times >= _EARLIEST_MS) & (times <= _LATEST_MS), times, 0)


def without_odd_codes(codes: Column) -> Column:
    """Return the codes of trades as a query gave them with 0 where the time is not plain."""
    is_plain = (codes >= 2 * _EARLIEST_MS) & (codes <= 2 * _LATEST_MS + 1)
    return np.where(is_plain | (codes == ODD_SIDE), codes, 0)


def _is_plain(columns: Sequence[str], instrument: str) -> str:
    # Thirteen bytes that cast to thirteen digits are epoch milliseconds, and nothing else is; as
    # text, their length would end at a NUL. The digits are counted where the times are an array:
    # here that would be one more cast and two comparisons a row.
    condition = "length(CAST(timestamp AS BLOB)) = 13"
    if "instrument" in columns:
        name = instrument.replace("'", "''")
        condition += f" AND (instrument = '{name}' OR instrument IS NULL)"
    return condition


def _is_stored_by_id(connection: sqlite3.Connection, table: str) -> bool:
    # An INTEGER PRIMARY KEY is the rowid itself, unless SQLite made an index for it (DESC).
    return bool(
        connection.execute(
            "SELECT 1 FROM pragma_table_info(?) WHERE name = 'id' AND pk = 1"
            " AND upper(type) = 'INTEGER' AND NOT EXISTS"
            " (SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk')",
            (table, table),
        ).fetchone()
    )


def _ordered(
    connection: sqlite3.Connection, table: str, is_by_time: bool, skip: int, after: int | None
) -> str:
    if not is_by_time:
        # An offset is read over, row by row: near the end of a day as long as the day itself.
        if after is not None and _is_stored_by_id(connection, table):
            return f"{table} WHERE {table}.rowid > {after} ORDER BY id"
        return f"{table} ORDER BY id" + (f" LIMIT -1 OFFSET {skip}" if skip else "")
    # Only the keys are sorted, or read from an index, and never the text; the limit, which is
    # none, keeps SQLite from dropping the order of the inner query.
    has_index = has_index_on_timestamp(connection, table)
    key = "timestamp" if has_index else "CAST(timestamp AS INTEGER)"
    return (
        f"(SELECT rowid AS key FROM {table} ORDER BY {key}, id LIMIT -1 OFFSET {skip})"
        f" CROSS JOIN {table} ON {table}.rowid = key"
    )
