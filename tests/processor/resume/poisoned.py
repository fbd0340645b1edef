"""The command `orderflow-process`, killed by a real SIGSEGV whenever the engine reaches one row.

Takes the table, the row id and where it dies before the command's own arguments: `apply`, where
the row is applied, or `parse`, where its batch is parsed.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

from processor.engine.compiling.loading import Kernels
from processor.engine.intake.book_intake import BookIntake
from processor.engine.intake.trade_intake import TradeIntake
from processor.main import main

TABLE, ROW_ID, PLACE = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def _crash() -> None:
    ctypes.string_at(0)


def _deadly(apply: Callable[..., Any], is_refused: Callable[[Any], Any]) -> Callable[..., Any]:
    def apply_or_die(self: Any, first: int, until_ms: int, batch: Any, *others: Any) -> Any:
        reached = (batch.row_ids[first:] == ROW_ID) & ~is_refused(batch.rows)[first:]
        if reached.any():
            _crash()
        return apply(self, first, until_ms, batch, *others)

    return apply_or_die


def _deadly_parser(parse: Callable[..., Any]) -> Callable[..., Any]:
    def parse_levels(self: BookIntake, *columns: Any) -> Any:
        if 0 <= self._rows_parsed - ROW_ID < len(columns[2]):  # its ids count from 1
            _crash()
        return parse(self, *columns)

    return parse_levels


# Compiled from the first row on, so that it is a whole batch that dies first.
prepare = Kernels.prepare
Kernels.prepare = lambda self, **told: (prepare(self, **told), self.wait())

if PLACE == "parse":
    BookIntake._parse_levels = _deadly_parser(BookIntake._parse_levels)
elif TABLE == "book":
    BookIntake._apply = _deadly(BookIntake._apply, lambda rows: rows.is_refused)
else:
    TradeIntake._count = _deadly(TradeIntake._count, lambda rows: rows.codes <= 1)

if __name__ == "__main__":
    sys.argv = ["orderflow-process", *sys.argv[4:]]
    os.environ["COLUMNS"] = "100"
    main()
