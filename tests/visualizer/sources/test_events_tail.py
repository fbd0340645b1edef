from pathlib import Path

import orjson

from visualizer.sources.events_tail import MAX_EVENTS, MAX_FREQUENT_EVENTS, TAIL_BYTES, EventsTail


def append(path: Path, *records: object) -> None:
    with path.open("ab") as file:
        for record in records:
            file.write(orjson.dumps(record) + b"\n")


def names(tail: EventsTail) -> list[str]:
    return [row[4] for row in tail.read()]


def test_no_log_has_no_rows(tmp_path: Path) -> None:
    assert EventsTail(tmp_path / "events.jsonl").read() == []


def test_rows_are_added_as_the_log_grows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, {"event": "a"})
    tail = EventsTail(path)
    assert names(tail) == ["a"]
    assert tail.read() is tail.read()
    append(path, {"event": "b"}, {"event": "c"})
    assert names(tail) == ["a", "b", "c"]


def test_a_half_written_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event":"a"}\n{"eve')
    tail = EventsTail(path)
    assert names(tail) == ["a"]
    with path.open("ab") as file:
        file.write(b'nt":"b"}\n')
    assert names(tail) == ["a", "b"]


def test_damaged_lines_are_rows_and_empty_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'nonsense\n[1]\n\n{"event":"hung","pid":"x"}\n{"event":"a"}\n')
    rows = EventsTail(path).read()
    assert [(row[2], row[4]) for row in rows] == [
        ("info", "damaged_line"),
        ("info", "damaged_line"),
        ("info", "hung"),
        ("info", "a"),
    ]


def test_published_files_do_not_push_out_what_else_happened(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, {"event": "starting"}, {"event": "file_broken", "file": "x"})
    append(path, *({"event": "file_changed", "file": "x", "bytes": n} for n in range(1000)))
    append(path, {"event": "exited"})
    found = names(EventsTail(path))
    assert len(found) == MAX_FREQUENT_EVENTS + 3
    assert (found[:2], found[-1]) == (["starting", "file_broken"], "exited")


def test_only_the_newest_rows_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, *({"event": f"e{n}"} for n in range(MAX_EVENTS + 50)))
    found = names(EventsTail(path))
    assert (len(found), found[-1]) == (MAX_EVENTS, f"e{MAX_EVENTS + 49}")


def test_of_a_long_log_only_the_tail_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event":"old"}\n' + b"x" * (2 * TAIL_BYTES) + b'\n{"event":"new"}\n')
    assert names(EventsTail(path)) == ["new"], "the line that the tail begins in is passed over"


def test_a_rotated_log_goes_on_with_growing_keys(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, {"event": "a"}, {"event": "b"})
    tail = EventsTail(path)
    tail.read()
    path.rename(tmp_path / "events.jsonl.1")
    append(path, {"event": "c"})
    assert names(tail) == ["a", "b", "c"]
    keys = [row[0] for row in tail.read()]
    assert keys == sorted(set(keys))
