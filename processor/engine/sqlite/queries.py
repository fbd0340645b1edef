"""The queries that bring a table's rows as columns, in the order asked for."""

import sqlite3

import numpy as np

from processor.engine.sqlite.columns import Column
from processor.engine.sqlite.read_ranges import RANGE_ROWS
from processor.rules.chain import NO_LINK
from shared.clock import NO_MOMENT
from shared.recordings.opening import ids_of
from shared.recordings.records import BookChange
from shared.recordings.row_parser import ACTIONS
from shared.recordings.tables import RecordedTable

ODD_TIME = 2 * NO_MOMENT
"""The code of a trade whose time or instrument is not plain."""

ODD_SIDE = ODD_TIME + 1
"""The code of a trade whose time is plain and whose side is not."""

WIDE_BYTES = 16_384
"""The most text of a side that comes with the others; of a thousand rows, 32 MB come at once."""

EARLIEST_MS, LATEST_MS = 10**12, 10**13 - 1
"""The moments that a plain time can tell: those of thirteen digits."""

_ODD_TIME_HERE, _ODD_SIDE_HERE = 0, 1
"""What a query says for a time, and for a side, that is not plain: no plain time is so early."""

CHAIN = ("seq_id", "prev_seq_id")

BOOK_FORMATS = "lluu"
ACTION_FORMAT = "l"
CHAIN_FORMAT = "ll"
TRADE_FORMATS = "llgg"


def book_query(
    connection: sqlite3.Connection,
    table: RecordedTable,
    instrument: str,
    *,
    is_by_time: bool,
    skip: int = 0,
    after: int | None = None,
) -> str:
    """Return the query for row id, timestamp, bids, asks and what else the table has of a row.

    That is a BookChange, if there is `action`, and the row's places in the exchange's chain, if
    there are both.

    The timestamp is for `without_odd_times` to look at, odd where the row is not plain otherwise.
    The text of a wide row is left out, to be asked for alone. The first `skip` rows, in the order
    asked for, are left out; `after` is the id of the last of them, which saves reading over them
    where the rows are stored by id.
    """
    is_plain = _is_plain(table, instrument)
    time = f"CASE WHEN {is_plain} THEN CAST(r.timestamp AS INTEGER) ELSE {_ODD_TIME_HERE} END"
    # Its length in bytes is known without looking at it, that of a text is not.
    bids, asks = (
        f"CASE WHEN length(CAST(r.{side} AS BLOB)) <= {WIDE_BYTES} THEN r.{side} ELSE '' END"
        for side in ("bids", "asks")
    )
    rows = _ordered(connection, table, is_by_time, skip, after)
    action = f", {_CHANGE}" if "action" in table.columns else ""
    chain = "".join(map(_link, CHAIN)) if has_chain(table) else ""
    return f"SELECT r.{table.row_id}, {time}, {bids}, {asks}{action}{chain} FROM {rows}"


def has_chain(table: RecordedTable) -> bool:
    """Say whether a book tells the places of its rows in the exchange's chain."""
    return all(name in table.columns for name in CHAIN)


def _link(name: str) -> str:
    is_told = f"typeof(r.{name}) = 'integer' AND r.{name} >= 0"
    return f", CASE WHEN {is_told} THEN r.{name} ELSE {NO_LINK} END"


def trades_query(
    connection: sqlite3.Connection,
    table: RecordedTable,
    instrument: str,
    *,
    is_by_time: bool,
    skip: int = 0,
    after: int | None = None,
    ids: range | None = None,
) -> str:
    """Return the query for row id, code, price and size.

    The code is for `without_odd_codes` to look at: the timestamp times two, plus one for a taker
    who buys. `skip` and `after` are those of `book_query`. With `ids`, which take their place, it
    is only for the first `RANGE_ROWS` of the rows with these ids, in their order.
    """
    code = (
        f"CASE WHEN {_is_plain(table, instrument)} THEN CASE r.side"
        " WHEN 'buy' THEN 2 * CAST(r.timestamp AS INTEGER) + 1"
        " WHEN 'sell' THEN 2 * CAST(r.timestamp AS INTEGER)"
        f" ELSE {_ODD_SIDE_HERE} END ELSE {_ODD_TIME_HERE} END"
    )
    if ids is None:
        rows = _ordered(connection, table, is_by_time, skip, after)
    else:
        within = f"r.{table.row_id} BETWEEN {ids[0]} AND {ids[-1]}"
        rows = f"{table.source} WHERE {within} ORDER BY {table.key} LIMIT {RANGE_ROWS}"
    return f"SELECT r.{table.row_id}, {code}, r.price, r.size FROM {rows}"


_CHANGE = (
    "CASE lower(trim(r.action))"
    + "".join(f" WHEN '{word}' THEN {int(change)}" for word, change in ACTIONS.items())
    + f" ELSE {int(BookChange.UNTOLD)} END"
)


def ids_stored(
    connection: sqlite3.Connection, table: RecordedTable, after: int | None = None
) -> range | None:
    """Return the ids of the rows of `table` after the one with the id `after`, gaps included.

    None where the table is not stored by them, or its ends cannot be read.
    """
    if not table.is_stored_by_key:
        return None
    try:
        ids = ids_of(connection, table)
    except sqlite3.Error:
        return None
    return ids if after is None else range(after + 1, ids.stop)


def has_index_on_timestamp(connection: sqlite3.Connection, table: RecordedTable) -> bool:
    """Say whether an index holds the rows of `table` in the order (timestamp, id)."""
    return bool(
        connection.execute(
            "SELECT 1 FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c"
            " WHERE c.seqno = 0 AND lower(c.name) = 'timestamp' AND i.partial = 0",
            (table.real_name,),
        ).fetchone()
    )


def without_odd_times(times: Column) -> Column:
    """Return `times` as a query gave them with NO_MOMENT in place of those that are not plain."""
    return np.where((times >= EARLIEST_MS) & (times <= LATEST_MS), times, NO_MOMENT)


def without_odd_codes(codes: Column) -> Column:
    """Return the codes of trades as a query gave them, ODD_TIME and ODD_SIDE where not plain."""
    is_plain = (codes >= 2 * EARLIEST_MS) & (codes <= 2 * LATEST_MS + 1)
    return np.where(is_plain, codes, np.where(codes == _ODD_SIDE_HERE, ODD_SIDE, ODD_TIME))


def _is_plain(table: RecordedTable, instrument: str) -> str:
    # Thirteen bytes that cast to thirteen digits are epoch milliseconds, and nothing else is; as
    # text, their length would end at a NUL. The digits are counted where the times are an array:
    # here that would be one more cast and two comparisons a row.
    condition = "length(CAST(r.timestamp AS BLOB)) = 13"
    if "instrument" in table.columns:
        name = instrument.replace("'", "''")
        condition += f" AND (r.instrument = '{name}' OR r.instrument IS NULL)"
    return condition


def _ordered(
    connection: sqlite3.Connection,
    table: RecordedTable,
    is_by_time: bool,
    skip: int,
    after: int | None,
) -> str:
    if not is_by_time and table.is_stored_by_key:
        # An offset is read over, row by row: near the end of a day as long as the day itself.
        if after is not None:
            return f"{table.source} WHERE r.{table.row_id} > {after} ORDER BY {table.key}"
        return f"{table.source} ORDER BY {table.key}" + (f" LIMIT -1 OFFSET {skip}" if skip else "")
    # Only the keys are sorted, or read from an index, and never the text; the limit, which is
    # none, keeps SQLite from dropping the order of the inner query. A row that is not found by its
    # key, as damage can make it, comes as nulls, which nobody takes.
    order, scan = table.key, "NOT INDEXED"
    if is_by_time:
        has_index = has_index_on_timestamp(connection, table)
        key = "r.timestamp" if has_index else "CAST(r.timestamp AS INTEGER)"
        order, scan = f"{key}, {table.key}", "" if has_index else scan
    return (
        f"(SELECT r.{table.row_id} AS id_of_next FROM {table.source} {scan}"
        f" ORDER BY {order} LIMIT -1 OFFSET {skip}) AS k"
        f" LEFT JOIN {table.source} ON r.{table.row_id} = k.id_of_next"
    )
