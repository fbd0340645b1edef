"""The account at the end: a table of the files, and below it what was left out and why."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from recorder.importers.placing.outcome import Outcome
from shared.printable import printable

_HEADINGS = ("file", "format", "rows in", "written", "duplicates", "skipped", "gaps", "days")
_EPOCH_DAY = date(1970, 1, 1)
_SHOWN = 120


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the account of `outcomes`, in their order, as lines of text."""
    rows = [_HEADINGS, *(_cells(outcome) for outcome in outcomes)]
    if len(outcomes) > 1:
        rows.append(_total(outcomes))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, *(line for outcome in outcomes for line in _below(outcome))])


def _cells(outcome: Outcome) -> tuple[str, ...]:
    name = printable(outcome.path.name)
    if outcome.refusal is not None and not outcome.rows_written + outcome.duplicates:
        return (name, outcome.format, "", "refused", "", "", "", "")
    return (
        name,
        outcome.format,
        f"{outcome.rows_in:,}",
        f"{outcome.rows_written:,}",
        f"{outcome.duplicates:,}",
        f"{sum(skipped.rows for skipped in outcome.skipped.values()):,}",
        "-" if outcome.gaps is None else f"{outcome.gaps:,}",
        _days(outcome.days),
    )


def _total(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    used = [outcome for outcome in outcomes if outcome.days]
    skipped = sum(each.rows for outcome in used for each in outcome.skipped.values())
    return (
        f"{len(outcomes)} files",
        "",
        f"{sum(outcome.rows_in for outcome in used):,}",
        f"{sum(outcome.rows_written for outcome in used):,}",
        f"{sum(outcome.duplicates for outcome in used):,}",
        f"{skipped:,}",
        f"{sum(outcome.gaps or 0 for outcome in used):,}",
        _days(set().union(*(outcome.days for outcome in used))),
    )


def _days(days: set[int]) -> str:
    if not days:
        return "-"
    first, last = (_EPOCH_DAY + timedelta(days=day) for day in (min(days), max(days)))
    if first == last:
        return str(first)
    return f"{first} to {last} ({len(days)})"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _below(outcome: Outcome) -> Iterator[str]:
    name = printable(outcome.path.name)
    if outcome.refusal is not None:
        yield f"{name}: refused: {printable(outcome.refusal)}"
    for reason, skipped in outcome.skipped.items():
        rows = "row" if skipped.rows == 1 else "rows"
        example = printable(skipped.example)[:_SHOWN]
        shown = f" ({example})" if example else ""
        yield (
            f"{name}: {skipped.rows:,} {rows} skipped, first in line {skipped.first_line}:"
            f" {reason}{shown}"
        )
