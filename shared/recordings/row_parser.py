"""Turn raw rows of a recording into book updates and trades, or say why not."""

from typing import Any

from shared.recordings.level_parser import (
    LARGEST,
    limits,
    parse_levels_including_zeros,
    parse_number,
)
from shared.recordings.problems import BadRowError, RowProblem
from shared.recordings.records import BookChange, OrderbookUpdate, Trade

SIDES = ("buy", "sell")
ACTIONS = {"update": BookChange.UPDATE, "snapshot": BookChange.SNAPSHOT}


def parse_book_row(
    row_id: int,
    timestamp_ms: int,
    bids: Any,
    asks: Any,
    action: Any = None,
    seq_id: Any = None,
    prev_seq_id: Any = None,
) -> OrderbookUpdate:
    """Return the update of a book row; raise BadRowError when its levels cannot be used."""
    return OrderbookUpdate(
        timestamp_ms,
        _parse_levels(bids),
        _parse_levels(asks),
        row_id,
        parse_action(action),
        parse_link(seq_id),
        parse_link(prev_seq_id),
    )


def parse_link(value: Any) -> int | None:
    """Return a place in the exchange's chain, None where there is none: before a snapshot, -1 is.

    >>> parse_link(7), parse_link(-1), parse_link("7")
    (7, None, None)
    """
    return value if isinstance(value, int) and value >= 0 else None


def parse_action(action: Any) -> BookChange:
    """Return what the column `action` says of a row; another word, or none, says nothing."""
    return ACTIONS.get(str(text_of(action)).strip(" ").lower(), BookChange.UNTOLD)


def parse_trade_row(
    row_id: int, timestamp_ms: int, trade_id: Any, price: Any, size: Any, side: Any
) -> Trade:
    """Return the trade of a row.

    Raises BadRowError unless price and size are positive, at most `LARGEST`, and the side is known.
    """
    taker = text_of(side)
    taker = taker.strip().lower() if isinstance(taker, str) else taker
    if taker not in SIDES:
        raise BadRowError(RowProblem.UNKNOWN_SIDE, f"expected side buy or sell, found {taker!r}")
    return Trade(
        id=row_id,
        trade_id=None if trade_id is None else str(text_of(trade_id)),
        price=_positive(price, RowProblem.BAD_PRICE, "price"),
        size=_positive(size, RowProblem.BAD_SIZE, "size"),
        side=taker,
        timestamp_ms=timestamp_ms,
    )


def check_instrument(recorded: Any, expected: str) -> None:
    """Raise BadRowError when a row names another instrument than its file; none is the file's."""
    name = text_of(recorded)
    if name is not None and name != "" and str(name).casefold() != expected.casefold():
        raise BadRowError(
            RowProblem.OTHER_INSTRUMENT, f"expected instrument {expected}, found {name}"
        )


def text_of(value: Any) -> Any:
    """Return `value`, decoded if it is the bytes of a text column."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _parse_levels(levels: Any) -> Any:
    if not isinstance(levels, bytes | str):
        raise BadRowError(
            RowProblem.MALFORMED_LEVELS, f"expected a list of levels as text, found {levels!r}"
        )
    return parse_levels_including_zeros(levels)


def _positive(value: Any, problem: RowProblem, name: str) -> float:
    number = parse_number(text_of(value))
    if not 0 < number <= LARGEST:
        raise BadRowError(
            problem, f"expected {name} {limits(number, '> 0')}, found {text_of(value)!r}"
        )
    return number
