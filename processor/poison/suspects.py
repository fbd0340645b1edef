"""Find the row that kills the processor: from where it died, time after time."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from processor.poison.flight_recorder import Span
from shared.errors import BrokenFileError
from shared.run_files.atomic_file import write_json
from shared.run_files.documents import read_document
from shared.run_files.earlier_run import set_aside
from shared.run_files.numbers import Int64, Integer

logger = logging.getLogger(__name__)

DEATHS_TO_SKIP = 3
"""A row that was worked on at so many deaths in a row is skipped."""

_MOST_SPANS = 8


@dataclass(frozen=True, slots=True)
class PoisonRow:
    """A row that killed the processor too often, by its day, table and id."""

    day: Integer
    table: str
    row_id: Int64

    def __str__(self) -> str:
        return f"{self.table} row {self.row_id}"


@dataclass(frozen=True, slots=True)
class Suspects:
    """What was worked on at the latest deaths in a row, and the rows found guilty.

    `deaths` has the rows of each, newest last. The rows of `spans` are taken one by one, so that
    the next death names one of them; they stay until a checkpoint has passed them.
    """

    spans: tuple[Span, ...] = ()
    deaths: tuple[tuple[Span, ...], ...] = ()
    poison: tuple[PoisonRow, ...] = ()

    @property
    def days(self) -> set[int]:
        """The days whose files these are about."""
        spans = (*self.spans, *(span for death in self.deaths for span in death))
        return {span.day for span in spans} | {row.day for row in self.poison}


NO_SUSPECTS = Suspects()


@dataclass(frozen=True, slots=True)
class SuspectsRecord:
    """What is suspected in `job`, as `suspects.json` has it.

    `files` has a text for each day, by its number, that stands for its file's content.
    """

    job: str
    files: dict[str, str]
    spans: tuple[Span, ...]
    deaths: tuple[tuple[Span, ...], ...]
    poison: tuple[PoisonRow, ...]


def after_death(suspects: Suspects, at: tuple[Span, ...]) -> Suspects:
    """Return what is suspected after the processor died while it worked on the rows `at`.

    None of them means that it died between rows: then no row is on a row of deaths any more.
    """
    if not at:
        return replace(suspects, deaths=())
    deaths = (*suspects.deaths, at)[-DEATHS_TO_SKIP:]
    # The newest first, and each once; what overlaps an earlier suspicion lies within it.
    spans = tuple(dict.fromkeys((*at, *suspects.spans)))[:_MOST_SPANS]
    guilty = next((span for span in at if _is_guilty(span, deaths)), None)
    if guilty is None or guilty.row_id is None:
        return replace(suspects, spans=spans, deaths=deaths)
    row = PoisonRow(guilty.day, guilty.table, guilty.row_id)
    return Suspects(spans=spans, poison=(*suspects.poison, row))


def _is_guilty(span: Span, deaths: tuple[tuple[Span, ...], ...]) -> bool:
    return (
        span.row_id is not None
        and len(deaths) == DEATHS_TO_SKIP
        and all(any(known.contains(span) for known in death) for death in deaths)
    )


def after_passing(suspects: Suspects, is_passed: Callable[[Span], bool]) -> Suspects:
    """Return what is still suspected when the rows that `is_passed` names are safely done."""
    spans = tuple(span for span in suspects.spans if not is_passed(span))
    deaths = suspects.deaths
    if deaths and all(is_passed(span) for span in deaths[-1]):
        deaths = ()
    return replace(suspects, spans=spans, deaths=deaths)


def read_suspects(path: Path, job: str, files: Mapping[int, str]) -> Suspects:
    """Return what `path` holds of `job`: nothing when it is absent, damaged or another job's.

    `files` has a text for each day that stands for its file's content: what was suspected of
    another file of that day is forgotten. What is damaged is set aside, with a line in the log.
    """
    try:
        record = read_document(path, SuspectsRecord)
    except FileNotFoundError:
        return NO_SUSPECTS
    except BrokenFileError as error:
        logger.warning("suspects set aside: %s", error)
        set_aside(path)
        return NO_SUSPECTS
    if record.job != job:
        return NO_SUSPECTS
    known = {day for day, text in files.items() if record.files.get(str(day)) == text}
    suspects = Suspects(record.spans, record.deaths, record.poison)
    return replace(
        after_passing(suspects, lambda span: span.day not in known),
        poison=tuple(row for row in suspects.poison if row.day in known),
    )


def write_suspects(path: Path, suspects: Suspects, job: str, files: Mapping[int, str]) -> None:
    """Replace `path`; raise RunDirectoryError when it cannot be written."""
    days = {str(day): files[day] for day in sorted(suspects.days) if day in files}
    record = SuspectsRecord(job, days, suspects.spans, suspects.deaths, suspects.poison)
    write_json(path, record)
