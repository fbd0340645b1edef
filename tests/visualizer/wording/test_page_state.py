from dataclasses import replace
from typing import Any

import pytest

from shared.run_files.processor_status import FileProblem, Phase, ProcessorStatus
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from visualizer.wording.page_state import Kind, PageState, derive_state, is_supervisor_alive

NOW_MS = 1_800_000_000_000
WORKER = WorkerStatus("processor", WorkerState.RUNNING, pid=7)
PROCESSOR = ProcessorStatus(
    run_id="r",
    pid=7,
    phase=Phase.RUNNING,
    instrument="BTC-USDT",
    from_ms=0,
    to_ms=1,
    window_seconds=60,
    depth_levels=50,
    started_at_ms=NOW_MS - 1000,
    updated_at_ms=NOW_MS - 100,
)


def supervised(*workers: WorkerStatus, age_ms: int = 500) -> SupervisorStatus:
    return SupervisorStatus(
        pid=1,
        create_time=0.0,
        boot_id="b",
        started_at_ms=0,
        updated_at_ms=NOW_MS - age_ms,
        instrument="BTC-USDT",
        page_url="",
        workers=workers,
    )


def state_of(
    worker: WorkerStatus | None,
    processor: ProcessorStatus | None = PROCESSOR,
    *,
    has_bars: bool = True,
    age_ms: int = 500,
) -> PageState:
    supervisor = None if worker is None else supervised(worker, age_ms=age_ms)
    return derive_state(processor, supervisor, has_bars=has_bars, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("age_ms", "is_alive"),
    [(0, True), (8_000, True), (8_001, False), (-500, True), (-8_001, False), (-86_400_000, False)],
)
def test_a_supervisor_is_alive_only_by_a_status_of_about_now(age_ms: int, is_alive: bool) -> None:
    assert is_supervisor_alive(supervised(WORKER, age_ms=age_ms), NOW_MS) is is_alive


def test_a_killed_run_is_not_running_though_the_clock_was_set_back_a_day() -> None:
    behind = replace(PROCESSOR, updated_at_ms=NOW_MS + 86_400_000)
    assert state_of(WORKER, behind, age_ms=-86_400_000).kind is Kind.STALE


@pytest.mark.parametrize(
    ("worker", "kind"),
    [
        (WORKER, Kind.RUNNING),
        (replace(WORKER, state=WorkerState.STARTING), Kind.RUNNING),
        (replace(WORKER, state=WorkerState.STARTING, restarts=1), Kind.RESTARTING),
        (replace(WORKER, state=WorkerState.BACKOFF, exit_code=1), Kind.RESTARTING),
        (replace(WORKER, state=WorkerState.EXITED, exit_code=0), Kind.FINISHED),
        (replace(WORKER, state=WorkerState.EXITED, exit_code=65), Kind.FINISHED),
        (replace(WORKER, state=WorkerState.EXITED, exit_code=1), Kind.RESTARTING),
        (replace(WORKER, state=WorkerState.STOPPED), Kind.STOPPED),
        (replace(WORKER, state=WorkerState.STOPPING), Kind.STOPPED),
        (replace(WORKER, state=WorkerState.FATAL, exit_code=70), Kind.FAILED),
        (replace(WORKER, state=WorkerState.FATAL, exit_code=66), Kind.NO_INPUT),
    ],
    ids=lambda value: None if isinstance(value, Kind) else f"{value.state}-{value.exit_code}",
)
def test_the_supervisor_s_word_decides(worker: WorkerStatus, kind: Kind) -> None:
    assert state_of(worker).kind is kind


@pytest.mark.parametrize(
    ("phase", "kind"),
    [
        (Phase.STARTING, Kind.RUNNING),
        (Phase.RUNNING, Kind.RUNNING),
        (Phase.FINISHED, Kind.FINISHED),
        (Phase.FAILED, Kind.FAILED),
    ],
)
def test_without_a_supervisor_the_processor_s_own_record_decides(phase: Phase, kind: Kind) -> None:
    assert state_of(None, replace(PROCESSOR, phase=phase)).kind is kind


def test_a_processor_that_follows_a_recording_is_not_said_to_run_through_one() -> None:
    following = state_of(None, replace(PROCESSOR, phase=Phase.FOLLOWING))
    assert following == PageState(Kind.RUNNING, "following")


def test_a_silent_supervisor_decides_nothing() -> None:
    fatal = replace(WORKER, state=WorkerState.FATAL)
    assert state_of(fatal, age_ms=60_000).kind is Kind.RUNNING


def test_a_running_processor_that_is_silent_is_stale() -> None:
    silent = replace(PROCESSOR, updated_at_ms=NOW_MS - 10_001)
    assert state_of(WORKER, silent).kind is Kind.STALE
    assert state_of(None, silent).kind is Kind.STALE
    assert state_of(WORKER, replace(PROCESSOR, updated_at_ms=NOW_MS - 9_999)).kind is Kind.RUNNING


def test_a_finished_processor_is_silent_for_good_reason() -> None:
    done = replace(PROCESSOR, phase=Phase.FINISHED, updated_at_ms=0)
    assert state_of(WORKER, done).kind is Kind.FINISHED


def test_no_bars_and_nobody_at_work_is_nothing_yet() -> None:
    assert state_of(None, None, has_bars=False).kind is Kind.NOTHING
    assert state_of(WORKER, None, has_bars=False).kind is Kind.NOTHING
    assert state_of(None, None).kind is Kind.STOPPED


def test_the_end_of_a_failed_processor_is_told_in_its_own_words() -> None:
    worker = replace(
        WORKER,
        state=WorkerState.FATAL,
        exit_code=70,
        reason="10 starts in 30 s",
        restarts=9,
        last_words="boom",
        log_file="logs/processor.log",
    )
    state = state_of(worker)
    assert state.detail == "10 starts in 30 s (restart 9). It is not started again."
    assert (state.last_words, state.log_file) == ("boom", "logs/processor.log")


def test_a_restart_says_why_and_that_the_data_stays() -> None:
    killed = replace(WORKER, state=WorkerState.BACKOFF, signal="SIGKILL", restarts=2)
    state = state_of(killed)
    assert state.title == "Processor restarting: the last good data stays"
    assert state.detail == "Ended by SIGKILL (restart 2)."
    assert state_of(killed, has_bars=False).title == "Processor restarting"
    started = replace(killed, state=WorkerState.STARTING, signal=None, reason="restart")
    assert state_of(started, has_bars=True).detail == "It is being started again (restart 2)."


def test_what_could_not_be_used_is_named_at_the_end() -> None:
    done = replace(
        PROCESSOR,
        phase=Phase.FINISHED,
        skipped={"bad_price": 1200, "of_the_future": 1},
        file_problems=(FileProblem("a.db", "truncated"),),
    )
    state = state_of(None, done)
    assert state.label == "complete, with gaps"
    assert state.detail == (
        "a.db: truncated; passed over: 1,200 rows with a price that cannot be, 1 row: of the future"
    )
    assert state_of(None, replace(PROCESSOR, phase=Phase.FINISHED)).title is None


NO_INPUT = replace(WORKER, state=WorkerState.FATAL, exit_code=66)
LAST_WORDS = "WARNING skipped 5 rows\nError: no BTC-USDT in demo; nearest: ETH-USDT"


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"files_total": 0}, "No file for this instrument and range"),
        ({"skipped": {"other_instrument": 167}}, "The recording is of another instrument"),
        (
            {"skipped": {"other_instrument": 167, "bad_price": 1}},
            "Nothing in the recording could be used",
        ),
        (
            {"file_problems": (FileProblem("a.db", "not SQLite"),)},
            "Nothing in the recording could be used",
        ),
        ({}, "The recording has nothing in this range"),
    ],
    ids=["no-file", "foreign", "foreign-and-bad", "malformed", "another-time"],
)
def test_why_there_is_no_input_is_the_title_and_the_reason_is_beside_it(
    changes: dict[str, Any], title: str
) -> None:
    failed = replace(PROCESSOR, phase=Phase.FAILED, last_error="the reason", files_total=1)
    state = state_of(replace(NO_INPUT, last_words=LAST_WORDS), replace(failed, **changes))
    assert (state.title, state.detail) == (title, "the reason")


def test_without_the_processor_s_word_the_reason_is_in_its_last_line() -> None:
    earlier = replace(PROCESSOR, phase=Phase.FINISHED, files_total=1, skipped={"bad_price": 1})
    state = state_of(replace(NO_INPUT, last_words=LAST_WORDS), earlier)
    assert state.title == "No file for this instrument and range"
    assert state.detail == "no BTC-USDT in demo; nearest: ETH-USDT"


RECORDER = WorkerStatus("recorder", WorkerState.RUNNING, pid=8)
PAGE = WorkerStatus("visualizer", WorkerState.FATAL)


def state_with(*others: WorkerStatus, processor: WorkerStatus = WORKER) -> PageState:
    supervisor = supervised(processor, *others)
    return derive_state(PROCESSOR, supervisor, has_bars=True, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"state": WorkerState.FATAL, "exit_code": 70}, "Recorder failed for good"),
        ({"state": WorkerState.FATAL, "exit_code": 66}, "Recorder failed for good"),
        ({"state": WorkerState.BACKOFF}, "Recorder restarting: the last good data stays"),
        ({"state": WorkerState.STOPPED}, "Recorder stopped"),
        ({"state": WorkerState.RUNNING}, None),
        ({"state": WorkerState.STARTING}, None),
        ({"state": WorkerState.EXITED, "exit_code": 0}, None),
    ],
    ids=lambda value: str(value.get("state")) if isinstance(value, dict) else "",
)
def test_a_third_worker_in_trouble_is_told(changes: dict[str, Any], title: str | None) -> None:
    assert state_with(replace(RECORDER, **changes)).title == title


def test_of_two_in_trouble_the_worse_is_told_and_of_equals_the_processor() -> None:
    fatal, waiting = (
        {"state": WorkerState.FATAL, "exit_code": 70},
        {"state": WorkerState.BACKOFF, "exit_code": 70},
    )
    worse = state_with(replace(RECORDER, **fatal), processor=replace(WORKER, **waiting))
    assert worse.title == "Recorder failed for good"
    equal = state_with(replace(RECORDER, **fatal), processor=replace(WORKER, **fatal))
    assert equal.title == "Processor failed for good"


def test_the_page_itself_is_seen_to_run() -> None:
    assert state_with(PAGE).kind is Kind.RUNNING


def test_without_a_processor_in_the_list_its_own_record_decides() -> None:
    done = replace(PROCESSOR, phase=Phase.FINISHED)
    state = derive_state(done, supervised(RECORDER), has_bars=True, now_ms=NOW_MS)
    assert state.kind is Kind.FINISHED


def test_of_endless_words_a_reader_gets_the_end_of_the_last_and_the_beginning_of_a_reason() -> None:
    worker = replace(
        WORKER, state=WorkerState.FATAL, reason="b" + "x" * 10**6, last_words="x" * 10**6 + "e"
    )
    state = state_of(worker)
    assert state.detail is not None
    assert state.last_words is not None
    assert (len(state.detail), state.detail[0]) == (2000, "B")
    assert (len(state.last_words), state.last_words[-1]) == (2000, "e")
