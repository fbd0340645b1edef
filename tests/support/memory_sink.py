"""A sink that remembers what it was told, in order; what is committed stays, as in a database."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from processor.calculation.book_pieces import HeatColumns, Keyframes, sides_of
from processor.calculation.sink import BookSamples, TradeColumns
from shared.bars import Bar
from shared.clock import NO_MOMENT
from shared.recordings.day_files import DayFile
from shared.series import Series

Rows = list[Any]

_TAKE_BACK, _BEGIN, _REACH = "take back", "begin", "reach"


@dataclass(slots=True)
class Content:
    """All that a sink was given and did not give back, row by row, by table."""

    files: list[str] = field(default_factory=list)
    tables: dict[str, Rows] = field(default_factory=dict)


class MemorySink:
    """Keeps a list of what it was told, and how long that was at each commit."""

    def __init__(self) -> None:
        self._told: list[tuple[str, Any]] = []
        self._commits: list[int] = [0]
        self.open_column: HeatColumns | None = None

    @property
    def commits(self) -> int:
        """How many commits there are."""
        return len(self._commits) - 1

    @property
    def taken_back(self) -> int:
        """How often a file was taken back."""
        return sum(name == _TAKE_BACK for name, _ in self._told)

    @property
    def stragglers(self) -> int:
        """How many trades and samples of a file came behind a moment that had been reached."""
        count, reached_ms = 0, NO_MOMENT
        for name, rows in self._told:
            if name in (_BEGIN, _TAKE_BACK):
                reached_ms = NO_MOMENT
            elif name == _REACH:
                reached_ms = max(reached_ms, *rows)
            elif name in ("trades", "samples"):
                count += sum(row[1] < reached_ms for row in rows)
        return count

    @property
    def reached(self) -> list[int]:
        """Each moment that was reached, in the order of telling."""
        return [moment for name, rows in self._told if name == _REACH for moment in rows]

    @property
    def content(self) -> Content:
        """What is there now."""
        content = Content()
        at_file_start: dict[str, int] = {}
        for name, rows in self._told:
            if name == _BEGIN:
                content.files.append(rows)
                at_file_start = {table: len(held) for table, held in content.tables.items()}
            elif name == _TAKE_BACK:
                content.files.pop()
                for table, held in content.tables.items():
                    del held[at_file_start.get(table, 0) :]
            elif name != _REACH:
                content.tables.setdefault(name, []).extend(rows)
        content.tables = {name: rows for name, rows in content.tables.items() if rows}
        for name, rows in content.tables.items():
            if name.startswith("skipped"):  # told in the order of storage among themselves
                rows.sort()
        return content

    def begin_file(self, file: DayFile) -> None:
        self._told.append((_BEGIN, file.path.name))

    def add_bars(self, series: Series, bars: Sequence[Bar]) -> None:
        self._told.append((series.name, [list(bar) for bar in bars]))

    def add_trades(self, trades: TradeColumns) -> None:
        self._told.append(("trades", _rows(astuple(trades))))

    def add_samples(self, samples: BookSamples) -> None:
        self._told.append(("samples", _rows(astuple(samples))))

    def skip_row(self, table: str, row_id: int, timestamp_ms: int) -> None:
        self._told.append((f"skipped {table}", [(row_id, timestamp_ms)]))

    def add_heat(self, columns: HeatColumns) -> None:
        self._told.append(("heat", rows_of_pieces(columns)))

    def add_keyframes(self, keyframes: Keyframes) -> None:
        self._told.append(("keyframes", rows_of_pieces(keyframes)))

    def reach(self, moment_ms: int) -> None:
        self._told.append((_REACH, [moment_ms]))

    def take_back_file(self) -> None:
        self._told.append((_TAKE_BACK, None))

    def commit(self, open_column: HeatColumns | None) -> int:
        self.open_column = open_column
        self._commits.append(len(self._told))
        return self.commits

    def keep_no_more(self) -> None:
        raise AssertionError("everything was kept")

    def go_back_to(self, commit: int) -> bool:
        if commit > self.commits:
            return False
        del self._commits[commit + 1 :]
        del self._told[self._commits[commit] :]
        return True

    def die(self) -> None:
        """Lose what was not committed, as a killed process does."""
        self.go_back_to(self.commits)


def rows_of_pieces(pieces: HeatColumns | Keyframes) -> Rows:
    """Return each column of heat, or keyframe: what names it, and the pairs of its two sides."""
    *names, bid_ends, ask_ends, firsts, seconds = pieces
    pairs = list(zip(_listed(firsts), _listed(seconds), strict=True))
    told = zip(*map(_listed, names), sides_of(bid_ends, ask_ends), strict=True)
    return [(*name, *(pairs[side] for side in sides)) for *name, sides in told]


def _listed(column: Any) -> list[Any]:
    return column if isinstance(column, list) else list(column.tolist())


def _rows(columns: tuple[Any, ...]) -> Rows:
    """Return the rows of `columns`, None for what is not a number: that equals itself."""
    lists = map(_listed, columns)
    return [
        tuple(None if value != value else value for value in row)
        for row in zip(*lists, strict=True)
    ]
