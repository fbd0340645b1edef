"""The event vocabulary: what every declaration keeps, and how events read."""

from typing import Any

import pytest

from shared.event_kind import EventKind, Level
from shared.events import ALL_KINDS, VOCABULARY
from shared.run_files.event_lines import HEADER, Event, EventRecord, decode_event, encode_event
from shared.run_files.event_wording import PHRASES, level_of, line_of, subject_of, text_of

FIELDS = frozenset(EventRecord.__struct_encode_fields__) - set(HEADER)


def an_event(name: str, **fields: Any) -> Event:
    """Return the event that a line with these fields, named as in the line, is read as."""
    record = EventRecord(
        event=name,
        from_state=fields.pop("from", None),
        to_state=fields.pop("to", None),
        size_bytes=fields.pop("bytes", None),
        **fields,
    )
    return decode_event(encode_event(record))


def test_no_two_kinds_have_a_name_in_common() -> None:
    assert len(VOCABULARY) == len(ALL_KINDS) == 32


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_a_kind_shows_what_it_carries_and_can_be_told(kind: EventKind) -> None:
    carried = (*kind.always, *kind.sometimes)
    assert len(set(carried)) == len(carried)
    assert set(carried) <= FIELDS
    assert set(kind.shown) <= set(carried) & set(PHRASES)
    assert kind.unusual is None or kind.unusual.field in carried
    assert "_" not in kind.sentence
    assert kind.sentence[0].islower()
    assert kind.sentence[-1].isalpha()


@pytest.mark.parametrize("name", sorted(FIELDS - {"worker", "file", "create_time"}))
def test_every_field_has_a_phrase(name: str) -> None:
    assert name in PHRASES


def test_a_failure_reads_like_a_sentence() -> None:
    event = an_event(
        "backoff",
        **{"worker": "processor", "from": "RUNNING", "to": "BACKOFF", "attempt": 1, "pid": 41},
        reason="exit code 1",
        exit_code=1,
        uptime_s=1234.56,
        next_delay_s=0.5,
        detail="Traceback\n  ...\nValueError: no\n",
    )
    assert (level_of(event), subject_of(event)) == (Level.WARN, "processor")
    assert text_of(event) == (
        "failed and will be started again · pid 41 · exit code 1 · after 1,234.6 s"
        " · next start in 0.5 s · ValueError: no"
    )
    assert line_of(event) == f"processor {text_of(event)}"


def test_a_published_file_reads_like_a_sentence() -> None:
    event = an_event(
        "file_changed",
        file="cvd_data.json",
        bytes=2048,
        age_s=0.04,
        bars=1000,
        newest_ms=1_751_328_000_000,
    )
    assert subject_of(event) == "files"
    assert line_of(event) == (
        "cvd_data.json was published · 1,000 bars · newest 2025-07-01 00:00:00 UTC"
        " · 2.0 KB · 0.0 s old"
    )


def test_a_damaged_file_is_an_error_with_its_reason() -> None:
    event = an_event("file_broken", file="x.json", bytes=13, age_s=0.0, reason="unexpected end")
    assert level_of(event) is Level.ERROR
    assert "x.json is damaged" in text_of(event)
    assert "unexpected end" in text_of(event)


@pytest.mark.parametrize(
    ("name", "fields", "level", "sentence"),
    [
        ("exited", {"exit_code": 0}, "info", "is done"),
        ("exited", {"exit_code": 65}, "warn", "is done, but some of its input could not be used"),
        ("stopped", {"signal": "SIGTERM"}, "info", "has stopped"),
        ("stopped", {"signal": "SIGKILL"}, "warn", "has stopped, but not by itself"),
        ("stopped", {"exit_code": 0}, "info", "has stopped"),
        ("backoff", {"signal": "SIGSEGV"}, "warn", "failed and will be started again"),
        ("fatal", {}, "error", "failed and is not started again"),
        ("hung", {}, "error", "hangs and is being ended"),
        ("not_ready", {}, "warn", "does not answer"),
        ("memory", {}, "warn", "takes too much memory and is being ended"),
        ("file_gone", {"file": "x.json"}, "warn", "x.json was deleted"),
        ("file_watch_events", {}, "info", "file changes are noticed at once"),
        (
            "file_watch_polling",
            {},
            "warn",
            "file changes are noticed up to a quarter of a second late",
        ),
        ("supervisor_stopped", {"exit_code": 130}, "info", "the run has ended"),
        ("supervisor_stopped", {"exit_code": 1}, "error", "the run has failed"),
    ],
)
def test_how_grave_an_event_is_and_how_it_reads(
    name: str, fields: dict[str, Any], level: str, sentence: str
) -> None:
    event = an_event(name, **fields)
    assert (level_of(event), text_of(event).partition(" · ")[0]) == (level, sentence)


def test_a_traceback_is_told_by_its_last_line_and_a_long_reason_is_cut() -> None:
    event = an_event("fatal", worker="w", reason="r" * 5000, detail="Traceback\nEnd: x\n\n")
    _, reason, last_words = text_of(event).split(" · ")
    assert (len(reason), last_words) == (200, "End: x")


def test_an_event_of_a_later_version_is_information_with_all_it_says() -> None:
    event = an_event("upgraded", worker="recorder", **{"from": "A", "to": "B"}, exit_code=3)
    assert (level_of(event), subject_of(event)) == (Level.INFO, "recorder")
    assert line_of(event) == "recorder from A · to B · exit code 3"
    assert line_of(an_event("upgraded_all")) == "upgraded all"
