"""Trades in CSV: a block of lines at once where all are of the plainest form, else one by one."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from recorder.importers.archives.lines import Block
from recorder.importers.formats.trades.layouts import TradeLayout
from recorder.importers.formats.trades.values import numbers
from recorder.importers.placing.batches import TradeBatch
from recorder.importers.placing.contracts import IN_BASE, Contracts, Kind
from recorder.importers.placing.outcome import Outcome, Reason

LARGEST_ID = 2**63 - 1

UNKNOWN_SIDE = "unknown"
"""What is written where a format has no sides at all, and the user wants it none the less."""

Columns = Mapping[str, Sequence[str]]
"""By meaning: the texts of the lines."""


class Left(NamedTuple):
    """Rows that are left out."""

    reason: Reason
    line: int
    rows: int
    example: str


class TradeCsvReader:
    """Reads CSV of `layout`."""

    def __init__(self, layout: TradeLayout, contracts: Contracts) -> None:
        self._layout = layout
        self._contracts = contracts
        self._is_newest_first: bool | None = None

    @property
    def format(self) -> str:
        """See Reader."""
        return self._layout.name

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return self._layout.source

    @property
    def has_counted_ids(self) -> bool:
        """See Reader."""
        return self._layout.has_counted_ids

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[TradeBatch]:
        """See Reader."""
        is_heading = self._layout.has_header
        for line, data in blocks:
            text = data.decode(self._layout.encoding, "replace")
            if is_heading:
                is_heading = False
                text = text.partition("\n")[2]
                line += 1
            columns = split_columns(text, self._layout)
            rows = 0 if columns is None else len(columns["price"])
            if columns is None:
                yield from self._odd_lines(text, line, outcome)
            else:
                outcome.rows_in += rows
                yield from self.trades_of(columns, range(line, line + rows), outcome)

    def _odd_lines(self, text: str, line: int, outcome: Outcome) -> Iterator[TradeBatch]:
        """Yield the trades of lines that are not all plain: quoted, cut, or not to be used."""
        parsed = csv.reader(io.StringIO(text))
        rows: list[list[str]] = []
        lines: list[int] = []
        before = 0
        while True:
            try:
                row = next(parsed, None)
            except csv.Error as error:
                outcome.rows_in += 1
                outcome.skip(Reason.UNREADABLE, line + before, example=str(error))
                continue
            finally:
                first, before = line + before, parsed.line_num
            if row is None:
                break
            if not row:
                continue
            outcome.rows_in += 1
            if len(row) != self._layout.width:
                example = f"expected {self._layout.width} columns, found {len(row)}"
                outcome.skip(Reason.UNREADABLE, first, example=example)
            elif has_odd_numbers(self._columns([row])):
                outcome.skip(Reason.UNREADABLE, first, example="numbers that are none")
            else:
                rows.append(row)
                lines.append(first)
        yield from self.trades_of(self._columns(rows), lines, outcome)

    def trades_of(
        self, columns: Columns, lines: Sequence[int], outcome: Outcome
    ) -> Iterator[TradeBatch]:
        """Yield the trades in `columns`; what is none is searched for by halves."""
        found = self._converted(self._layout, columns, lines)
        if found is None and len(lines) > 1:
            half = len(lines) // 2
            for part in (slice(half), slice(half, None)):
                chosen = {key: texts[part] for key, texts in columns.items()}
                yield from self.trades_of(chosen, lines[part], outcome)
            return
        if found is None:  # an id that is no whole number is as good as none
            layout = replace(self._layout, has_integer_ids=False)
            found = self._converted(layout, columns, lines)
        if found is None:
            found = [self._reason(columns, lines[0])]
        yield from _kept(found, outcome)

    def _columns(self, rows: Sequence[Sequence[str]]) -> Columns:
        places = self._layout.columns.items()
        return {key: [row[place].strip() for row in rows] for key, place in places}

    def _converted(
        self, layout: TradeLayout, columns: Columns, lines: Sequence[int]
    ) -> list[TradeBatch | Left] | None:
        """Return what becomes of the lines, by instrument; None when one of them is no trade."""
        if not lines:
            return []
        instruments = columns.get("instrument")
        try:
            if instruments is None:
                return [self._batch(layout, layout.instrument, columns, lines)]
            if instruments.count(instruments[0]) == len(instruments):
                return [self._batch(layout, instruments[0], columns, lines)]
            places: dict[str, list[int]] = {}
            for place, instrument in enumerate(instruments):
                places.setdefault(instrument, []).append(place)
            return [
                self._batch(
                    layout,
                    instrument,
                    {key: [texts[place] for place in its] for key, texts in columns.items()},
                    [lines[place] for place in its],
                )
                for instrument, its in places.items()
            ]
        except (ValueError, OverflowError):
            return None

    def _batch(
        self, layout: TradeLayout, instrument: str | None, columns: Columns, lines: Sequence[int]
    ) -> TradeBatch | Left:
        prices, sizes = numbers(columns["price"]), numbers(columns["size"])
        times = layout.times(columns["time"])
        ids = _whole_ids(columns["id"]) if layout.has_integer_ids else None
        sides = _sides(layout, columns, len(lines))
        if not instrument:
            return Left(Reason.NO_INSTRUMENT, lines[0], len(lines), "give it by --instrument")
        kind = layout.kind_of(instrument)
        if kind != IN_BASE:
            contract = self._contracts.of(instrument, Kind(kind) if kind else None)
            if contract is None:
                example = f"{instrument}; give --contract-size or --instruments"
                return Left(Reason.CONTRACTS, lines[0], len(lines), example)
            pairs = zip(columns["size"], columns["price"], strict=True)
            sizes = [contract.base_size(size, price) for size, price in pairs]
        if self._is_newest_first is None:
            self._is_newest_first = times[0] > times[-1]
        trade_ids: Sequence[str | None] = columns.get("id") or [None] * len(lines)
        texts = columns["time"]
        # Thirteen letters that make so large a number are its digits.
        is_plain = min(times) >= 10**12 and len("".join(texts)) == 13 * len(times)
        return TradeBatch(
            *(instrument, ids, trade_ids, prices, sizes, sides, times, lines),
            self._is_newest_first,
            texts if is_plain else None,
        )

    def _reason(self, columns: Columns, line: int) -> Left:
        """Return why the one trade in `columns` is none."""
        checks: tuple[tuple[str, Reason, Callable[[Sequence[str]], object]], ...] = (
            ("time", Reason.BAD_TIME, self._layout.times),
            ("price", Reason.BAD_PRICE, numbers),
            ("size", Reason.BAD_SIZE, numbers),
        )
        for key, reason, check in checks:
            try:
                check(columns[key])
            except (ValueError, OverflowError):
                return Left(reason, line, 1, f"{key} {columns[key][0]!r}")
        return Left(Reason.NO_SIDE, line, 1, f"side {columns['side'][0]!r}")


def split_columns(text: str, layout: TradeLayout) -> Columns | None:
    """Return the columns of `layout` in lines that each end; None unless all are of its width.

    A line end takes the place of one more column, so that a line too short is noticed beside one
    that is too long.
    """
    if '"' in text or not text.isascii():
        return None
    step = layout.width + 1
    fields = text.replace("\n", ",\n,").split(",")
    fields.pop()
    rows = len(fields) // step
    ends = fields[layout.width :: step]
    if rows * step != len(fields) or ends.count("\n") != rows or text.count("\n") != rows:
        return None
    columns = {key: fields[place::step] for key, place in layout.columns.items()}
    return None if ("_" in text or " " in text) and has_odd_numbers(columns) else columns


def has_odd_numbers(columns: Columns) -> bool:
    """Say whether a number has something in it that only Python takes as part of one."""
    for key in ("price", "size", "time", "id"):
        joined = "".join(columns.get(key, ()))
        if not joined.isascii() or (key != "time" and ("_" in joined or " " in joined)):
            return True
    return False


def _kept(found: Sequence[TradeBatch | Left], outcome: Outcome) -> Iterator[TradeBatch]:
    for each in found:
        if isinstance(each, TradeBatch):
            yield each
        else:
            outcome.skip(each.reason, each.line, each.rows, each.example)


def _whole_ids(texts: Sequence[str]) -> list[int]:
    ids = list(map(int, texts))
    if not 0 < min(ids) <= max(ids) <= LARGEST_ID:
        raise ValueError("no ids of rows")
    return ids


def _sides(layout: TradeLayout, columns: Columns, rows: int) -> Sequence[str]:
    if "side" not in columns:
        return [UNKNOWN_SIDE] * rows
    try:
        return list(map(layout.sides.__getitem__, columns["side"]))
    except KeyError as error:
        raise ValueError("no taker side") from error
