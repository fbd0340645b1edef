"""Which row is guilty: the one worked on at three deaths in a row, and no other."""

from pathlib import Path

import pytest

from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import (
    NO_SUSPECTS,
    PoisonRow,
    Suspects,
    after_death,
    after_passing,
    read_suspects,
    write_suspects,
)

DAY = 20_270
BATCH = Span(DAY, "as stored", "book", 1024, 2048)


def row(number: int, table: str = "book", order: str = "as stored") -> Span:
    return Span(DAY, order, table, number, number + 1, row_id=number + 1)


def after(*deaths: tuple[Span, ...]) -> Suspects:
    suspects = NO_SUSPECTS
    for at in deaths:
        suspects = after_death(suspects, at)
    return suspects


@pytest.mark.parametrize(
    "deaths",
    [
        [(BATCH,), (row(1500),), (row(1500),)],
        [(row(1500),), (row(1500),), (row(1500),)],
        [(row(9),), (BATCH,), (row(1500),), (row(1500),)],
        [(BATCH, row(9)), (row(1500),), (row(1500), BATCH)],
        [(row(1500),), (row(1500, order="by time"),), (row(1500, order="row by row"),)],
    ],
    ids=["batch and rows", "rows", "another before", "two threads", "three orders"],
)
def test_the_row_of_three_deaths_in_a_row_is_poison(deaths: list[tuple[Span, ...]]) -> None:
    assert after(*deaths).poison == (PoisonRow(DAY, "book", 1501),)
    assert after(*deaths[:-1]).poison == ()


@pytest.mark.parametrize(
    "deaths",
    [
        [(BATCH,), (BATCH,), (BATCH,), (BATCH,)],
        [(BATCH,), (row(1500),), (row(1501),), (row(1500),)],
        [(row(1500),), (row(1500),), (), (row(1500),), (row(1500),)],
        [(row(1500),), (row(1500, "trades"),), (row(1500),)],
        [(row(1500),), (row(1500),), (BATCH,)],
    ],
    ids=["batches", "in turn", "a death between rows", "tables", "a batch last"],
)
def test_anything_else_is_no_proof(deaths: list[tuple[Span, ...]]) -> None:
    assert after(*deaths).poison == ()


def test_a_second_poison_row_of_the_batch_is_found_without_the_batch_dying_again() -> None:
    once = after((BATCH,), (row(1500),), (row(1500),))
    assert any(span.contains(row(1600)) for span in once.spans)
    twice = after_death(after_death(after_death(once, (row(1600),)), (row(1600),)), (row(1600),))
    assert [poison.row_id for poison in twice.poison] == [1501, 1601]


def test_what_a_checkpoint_has_passed_is_no_longer_suspected_but_poison_stays() -> None:
    suspects = Suspects((BATCH, row(3000)), ((BATCH,), (row(1500),)), (PoisonRow(1, "book", 2),))
    cleared = after_passing(suspects, lambda span: span.end <= 2048)
    assert cleared == Suspects((row(3000),), (), (PoisonRow(1, "book", 2),))
    assert after_passing(suspects, lambda _: False) == suspects


def test_suspects_survive_the_file_for_their_job_and_the_same_input_file(tmp_path: Path) -> None:
    suspects = Suspects((BATCH,), ((BATCH,), (row(1500),)), (PoisonRow(DAY, "book", 7),))
    path = tmp_path / "suspects.json"
    write_suspects(path, suspects, "job", {DAY: "content", DAY + 1: "more"})
    assert read_suspects(path, "job", {DAY: "content"}) == suspects
    assert read_suspects(path, "another", {DAY: "content"}) == NO_SUSPECTS
    assert read_suspects(path, "job", {DAY: "mended"}) == NO_SUSPECTS
    path.write_bytes(path.read_bytes()[:-9])
    assert read_suspects(path, "job", {DAY: "content"}) == NO_SUSPECTS


def test_the_last_words_outlive_a_recorder_that_was_not_closed(tmp_path: Path) -> None:
    path = tmp_path / "flight.bin"
    recorder = FlightRecorder(path)
    assert recorder.last_words is None
    with recorder.at(BATCH), recorder.at(row(1100)):
        assert FlightRecorder(path).last_words == (row(1100),)


def test_after_a_row_of_it_the_batch_is_worked_on_again(tmp_path: Path) -> None:
    path = tmp_path / "flight.bin"
    recorder = FlightRecorder(path)
    with recorder.at(BATCH):
        with recorder.at(row(1100)):
            pass
        assert FlightRecorder(path).last_words == (BATCH,)


def test_a_death_between_rows_is_told_from_an_end_in_peace(tmp_path: Path) -> None:
    path = tmp_path / "flight.bin"
    FlightRecorder(path)
    second = FlightRecorder(path)
    assert second.last_words == ()
    second.close()
    assert FlightRecorder(path).last_words is None


@pytest.mark.parametrize("content", [b"", b"short", bytes(1000)], ids=["empty", "short", "long"])
def test_a_record_of_another_form_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "flight.bin"
    path.write_bytes(content)
    assert FlightRecorder(path).last_words is None


def test_the_end_of_the_machine_is_nobody_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flight.bin"
    with FlightRecorder(path).at(row(1)):
        monkeypatch.setattr("processor.poison.flight_recorder._boot", lambda: bytes(16))
        assert FlightRecorder(path).last_words is None
