"""What is declared of a kind of event: whom it is about, how grave it is, how it reads."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much an event matters: somebody may have to act on a warning, and should on an error."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class Subject(StrEnum):
    """Whom an event is about: the worker it names, the published files, or the supervisor."""

    WORKER = "worker"
    FILES = "files"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Unusual:
    """How an event reads where `field` is there and is none of the `usual` values."""

    field: str
    usual: tuple[int | str, ...]
    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event.

    `sentence` goes on from the name of its subject, as a trader reads it. A line of this kind has
    all fields of `always`, and of `sometimes` those that apply; `shown` are the ones that follow
    the sentence, in this order. Events that are `is_frequent` come many a minute in a healthy run.
    """

    name: str
    subject: Subject
    level: Level
    sentence: str
    always: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    unusual: Unusual | None = None
    is_frequent: bool = False
