"""Lines of the process status log, whole, of a later version, and damaged in every way."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.event_kind import Level
from shared.events import VOCABULARY
from shared.run_files.event_lines import MAX_NAME, EventRecord, decode_event, encode_event
from shared.run_files.event_wording import level_of, line_of, subject_of, text_of

WHOLE = (
    b'{"ts":"2025-07-01T13:05:09.250Z","mono":1.5,"seq":1,"supervisor_pid":7,"boot_id":"b",'
    b'"event":"backoff","worker":"processor","from":"RUNNING","to":"BACKOFF","pid":41,'
    b'"attempt":0,"reason":"exit code 1","next_delay_s":0.5}\n'
)


def test_a_line_keeps_its_field_names_and_leaves_out_what_does_not_apply() -> None:
    record = EventRecord(
        ts="2025-07-01T13:05:09.250Z",
        mono=1.5,
        seq=1,
        supervisor_pid=7,
        boot_id="b",
        event="backoff",
        worker="processor",
        from_state="RUNNING",
        to_state="BACKOFF",
        pid=41,
        attempt=0,
        reason="exit code 1",
        next_delay_s=0.5,
    )
    assert encode_event(record) == WHOLE
    assert decode_event(WHOLE).record == record
    assert decode_event(WHOLE).kind is VOCABULARY["backoff"]


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert decode_event(WHOLE.replace(b'{"ts"', b'{"later":[{}],"ts"')) == decode_event(WHOLE)


@pytest.mark.parametrize(
    ("line", "name", "ts"),
    [
        (
            b'{"event":"hung","pid":"41","ts":"2025-07-01T00:00:00Z"}',
            "hung",
            "2025-07-01T00:00:00Z",
        ),
        (b'{"event":"fatal","ts":5}', "fatal", None),
        (b'{"event":"fatal","pid":' + b"9" * 500 + b"}", "fatal", None),
        (b'{"event":"file_changed","newest_ms":1e300}', "file_changed", None),
        (b'{"event":"file_changed","newest_ms":253402300800000}', "file_changed", None),
        (b'{"ts":"2025-07-01T00:00:00Z"}', "damaged_line", "2025-07-01T00:00:00Z"),
        (b'{"event":["hung"]}', "damaged_line", None),
        (WHOLE[:50], "damaged_line", None),
        (b"", "damaged_line", None),
        (b"[]", "damaged_line", None),
        (b"\xff\xfe", "damaged_line", None),
        (b'{"event":' * 100_000, "damaged_line", None),
        (b"x" * 10_000_000, "damaged_line", None),
    ],
    ids=range(13),
)
def test_a_damaged_line_is_information_under_the_name_it_has(
    line: bytes, name: str, ts: str | None
) -> None:
    event = decode_event(line)
    assert (event.kind.name, level_of(event), event.record.ts) == (name, Level.INFO, ts)
    assert text_of(event) == "this line of the status log is damaged"


def test_the_name_of_an_unknown_event_has_an_end() -> None:
    assert len(decode_event(b'{"event":"' + b"x" * 10_000_000 + b'"}').kind.name) == MAX_NAME


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([2**63, -(2**63) - 1, 10**400, 253_402_300_799_999])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = sorted(EventRecord.__struct_encode_fields__)


@given(
    fields=st.dictionaries(st.sampled_from(NAMES), JUNK),
    name=st.sampled_from(sorted(VOCABULARY)) | JUNK,
    end=st.integers(0, 2000),
)
@example(fields={"newest_ms": 253_402_300_799_999}, name="file_changed", end=2000)
@example(fields={"uptime_s": 10**300}, name="backoff", end=2000)
@settings(max_examples=200)
def test_whatever_a_line_holds_it_can_be_told(fields: dict[str, Any], name: Any, end: int) -> None:
    line = json.dumps({**fields, "event": name}).encode()[:end]
    event = decode_event(line)
    assert level_of(event) in Level
    assert subject_of(event)
    assert len(line_of(event)) < 5_000
