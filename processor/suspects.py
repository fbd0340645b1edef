"""Find the row that kills the processor: from where it died, time after time."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from processor.flight_recorder import Span
from shared.atomic_file import read_json, write_json
from shared.errors import BrokenFileError

DEATHS_TO_SKIP = 3
"""A row on which the processor died so often, one time after the other, is skipped."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Rows under suspicion, the one last died on, and those found guilty.

    The rows of `span` are taken one by one, so that the next death names one of them. `job` says
    whose rows they are.
    """

    job: str = ""
    span: Span | None = None
    row: Span | None = None
    deaths: int = 0
    poison: tuple[Span, ...] = ()


NO_SUSPECTS = Suspects()


def after_death(suspects: Suspects, at: Span) -> Suspects:
    """Return what is suspected after the processor died while it worked on the rows `at`."""
    if at.end - at.first > 1:
        return replace(suspects, span=at, row=None, deaths=0)
    deaths = suspects.deaths + 1 if at == suspects.row else 1
    span = suspects.span if suspects.span and suspects.span.overlaps(at) else at
    if deaths < DEATHS_TO_SKIP:
        return replace(suspects, span=span, row=at, deaths=deaths)
    return Suspects(job=suspects.job, poison=(*suspects.poison, at))


def read_suspects(path: Path, job: str) -> Suspects:
    """Return what `path` holds of `job`: nothing when it is absent, damaged or another job's."""
    try:
        document = read_json(path)
        if document["job"] != job:
            return Suspects(job)
        return Suspects(
            job=job,
            span=_span(document["span"]),
            row=_span(document["row"]),
            deaths=int(document["deaths"]),
            poison=tuple(Span(**span) for span in document["poison"]),
        )
    except (FileNotFoundError, BrokenFileError, KeyError, TypeError, ValueError):
        return Suspects(job)


def write_suspects(path: Path, suspects: Suspects) -> None:
    """Replace `path`; raise RunDirectoryError when it cannot be written."""
    write_json(path, asdict(suspects))


def _span(document: dict[str, Any] | None) -> Span | None:
    return None if document is None else Span(**document)
