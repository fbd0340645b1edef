"""The restart policy: scripted histories with literal times, and properties over any order."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.run_files.supervisor_status import WorkerState
from supervisor.policy.decide import decide, next_deadline
from supervisor.policy.restart_policy import RestartPolicy, backoff_s
from supervisor.policy.worker_events import (
    Do,
    Ended,
    Heartbeat,
    KillAsked,
    LoopGap,
    MemorySeen,
    ProbeAnswered,
    ProbeFailed,
    Report,
    RestartAsked,
    SpawnFailed,
    StartAsked,
    StopAsked,
    Tick,
    WorkerEvent,
)
from supervisor.policy.worker_record import Liveness, RestartOn, WorkerRecord

POLICY = RestartPolicy()
NO_JITTER = 0.5


@dataclass
class Story:
    """One worker through a scripted history; `did` and `told` collect what was decided."""

    worker: WorkerRecord
    policy: RestartPolicy = POLICY
    did: list[tuple[float, Do]] = field(default_factory=list)
    told: list[tuple[str, float | None]] = field(default_factory=list)

    def at(self, now: float, event: WorkerEvent, chance: float = NO_JITTER) -> "Story":
        decision = decide(self.worker, event, now, chance, self.policy)
        self.worker = decision.worker
        for action in decision.actions:
            if isinstance(action, Report):
                self.told.append((action.kind.name, action.next_delay_s))
            else:
                self.did.append((now, action))
        return self

    def spawns(self) -> list[float]:
        return [now for now, action in self.did if action is Do.SPAWN]

    @property
    def state(self) -> WorkerState:
        return self.worker.state


def a_processor(policy: RestartPolicy = POLICY) -> Story:
    return Story(WorkerRecord(RestartOn.FAILURE, Liveness.HEARTBEAT), policy)


def a_page(policy: RestartPolicy = POLICY) -> Story:
    return Story(WorkerRecord(RestartOn.ALWAYS, Liveness.PROBE), policy)


def a_ready_page() -> Story:
    return a_page().at(0, StartAsked()).at(1, ProbeAnswered())


def test_start_spawns_once_however_often_it_is_asked() -> None:
    story = a_processor().at(0, StartAsked()).at(0, StartAsked())
    assert story.state is WorkerState.STARTING
    assert story.spawns() == [0]


def test_first_heartbeat_makes_a_processor_running_and_ready() -> None:
    story = a_processor().at(0, StartAsked()).at(2, Heartbeat())
    assert (story.state, story.worker.is_ready) == (WorkerState.RUNNING, True)


@pytest.mark.parametrize("code", [0, 65])
def test_processor_that_ends_as_expected_is_exited(code: int) -> None:
    story = a_processor().at(0, StartAsked()).at(5, Ended(exit_code=code)).at(99, Tick())
    assert story.state is WorkerState.EXITED
    assert story.spawns() == [0]


@pytest.mark.parametrize("code", [0, 1, 65, 69, 70])
def test_page_that_ends_is_always_started_again(code: int) -> None:
    story = a_ready_page().at(5, Ended(exit_code=code))
    assert story.state is WorkerState.BACKOFF
    assert story.at(5.5, Tick()).spawns() == [0, 5.5]


@pytest.mark.parametrize("code", [2, 64, 66, 78])
@pytest.mark.parametrize("make", [a_processor, a_page], ids=["processor", "page"])
def test_permanent_exit_is_fatal_at_once(make: type, code: int) -> None:
    story = make().at(0, StartAsked()).at(1, Ended(exit_code=code)).at(99, Tick())
    assert story.state is WorkerState.FATAL
    assert story.spawns() == [0]


@pytest.mark.parametrize("code", [73, 75])
@pytest.mark.parametrize("make", [a_processor, a_page], ids=["processor", "page"])
def test_what_the_file_system_may_mend_is_tried_again_without_end(make: type, code: int) -> None:
    story = make().at(0, StartAsked())
    now = 0.0
    for _ in range(50):
        story.at(now + 1, Ended(exit_code=code))
        assert story.state is WorkerState.BACKOFF
        now += 32
        story.at(now, Tick())
        assert story.state is WorkerState.STARTING
    assert (story.worker.attempt, story.worker.failure_times) == (0, ())
    delays = [delay for name, delay in story.told if name == "backoff"]
    assert delays[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_full_disk_uses_up_none_of_a_worker_s_own_tries() -> None:
    story = a_processor().at(0, StartAsked())
    for number in range(20):
        story.at(40 * number + 1, Ended(exit_code=73)).at(40 * number + 35, Tick())
    story.at(900, Ended(exit_code=1))
    assert (story.state, story.worker.attempt) == (WorkerState.BACKOFF, 1)


def test_delay_doubles_up_to_its_limit() -> None:
    delays = [backoff_s(attempt, NO_JITTER, POLICY) for attempt in range(1, 9)]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff_s(10_000, NO_JITTER, POLICY) == 30


def test_jitter_is_a_fifth_either_way() -> None:
    assert backoff_s(1, 0.0, POLICY) == pytest.approx(0.4)
    assert backoff_s(1, 1.0, POLICY) == pytest.approx(0.6)


def test_sixth_failure_in_a_row_is_fatal() -> None:
    story = a_processor().at(0, StartAsked())
    now = 0.0
    for _ in range(5):
        now += 1.5
        story.at(now, Ended(exit_code=1))
        assert story.state is WorkerState.BACKOFF
        now += 31
        story.at(now, Tick())
    story.at(now + 1.5, Ended(exit_code=1))
    assert story.state is WorkerState.FATAL
    assert len(story.spawns()) == 6


def test_twenty_first_failure_in_an_hour_is_fatal() -> None:
    # Each life is healthy, so that failures in a row never count beyond one.
    story = a_ready_page()
    now = 1.0
    for failures in range(1, 22):
        now += 100
        story.at(now, Tick()).at(now, Ended(exit_code=1))
        expected = WorkerState.BACKOFF if failures <= 20 else WorkerState.FATAL
        assert story.state is expected, failures
        story.at(now, Tick()).at(now + 1, ProbeAnswered())


def test_failures_older_than_an_hour_are_forgotten() -> None:
    story = a_ready_page()
    now = 1.0
    for _ in range(60):
        now += 200
        story.at(now, Ended(exit_code=1)).at(now, Tick()).at(now + 1, ProbeAnswered())
    assert story.state is WorkerState.RUNNING


def test_crash_after_60_s_of_health_counts_one_and_restarts_at_once() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Ended(exit_code=1)).at(2, Tick())
    story.at(3, Heartbeat()).at(63, Heartbeat()).at(63, Ended(signal="SIGKILL"))
    assert (story.worker.attempt, story.told[-1]) == (1, ("backoff", 0.0))
    assert story.at(63, Tick()).spawns() == [0, 2, 63]


def test_crash_after_59_s_of_health_counts_on() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Ended(exit_code=1)).at(2, Tick())
    story.at(3, Heartbeat()).at(62, Heartbeat()).at(62, Ended(signal="SIGKILL"))
    assert (story.worker.attempt, story.told[-1]) == (2, ("backoff", 1.0))


def test_second_crash_after_an_immediate_restart_waits() -> None:
    story = a_ready_page().at(61, Tick()).at(70, Ended(exit_code=1)).at(70, Tick())
    story.at(70.2, Ended(exit_code=1))
    assert story.told[-1] == ("backoff", 1.0)


def test_failures_reset_after_60_s_ready_not_before() -> None:
    story = a_page().at(0, StartAsked()).at(1, Ended(exit_code=1)).at(2, Tick())
    story.at(3, ProbeAnswered()).at(62.9, Tick())
    assert story.worker.attempt == 1
    assert story.at(63, Tick()).worker.attempt == 0


def test_three_failed_probes_are_not_ready_and_five_are_hung() -> None:
    story = a_ready_page()
    fates = []
    for second in range(2, 7):
        story.at(second, ProbeFailed("no answer"))
        fates.append((story.state, story.worker.is_ready))
    running, stopping = WorkerState.RUNNING, WorkerState.STOPPING
    assert fates == [
        (running, True),
        (running, True),
        (running, False),
        (running, False),
        (stopping, False),
    ]
    assert story.did[-1] == (6, Do.ABORT)


def test_answer_between_failures_starts_the_count_again() -> None:
    story = a_ready_page()
    for second in range(2, 20):
        event = ProbeAnswered() if second % 3 == 0 else ProbeFailed("no answer")
        story.at(second, event)
    assert (story.state, story.worker.is_ready) == (WorkerState.RUNNING, True)


def test_failed_probes_during_the_start_count_for_nothing() -> None:
    story = a_page().at(0, StartAsked())
    for second in range(1, 30):
        story.at(second, ProbeFailed("no answer"))
    assert story.state is WorkerState.STARTING


def test_hung_worker_is_aborted_then_killed_then_counted() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Heartbeat()).at(10.9, Tick())
    assert story.state is WorkerState.RUNNING
    story.at(11, Tick()).at(12.9, Tick()).at(13, Tick()).at(13.1, Ended(signal="SIGKILL"))
    assert story.did[1:] == [(11, Do.ABORT), (13, Do.KILL)]
    assert (story.state, story.worker.attempt) == (WorkerState.BACKOFF, 1)


def test_processor_without_a_beat_is_hung_10_s_after_its_allowance() -> None:
    story = a_processor().at(0, StartAsked()).at(29.9, Tick())
    assert story.state is WorkerState.STARTING
    story.at(30, Tick())
    assert (story.state, story.worker.is_ready) == (WorkerState.RUNNING, False)
    assert story.at(39.9, Tick()).state is WorkerState.RUNNING
    assert story.at(40, Tick()).did[-1] == (40, Do.ABORT)


def test_gap_of_the_loop_hangs_nobody() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Heartbeat())
    story.at(100, LoopGap(98)).at(100, Tick())
    assert story.state is WorkerState.RUNNING
    assert story.at(110, Tick()).state is WorkerState.STOPPING


def test_gap_of_the_loop_is_no_health() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Heartbeat()).at(100, LoopGap(98))
    story.at(101, Ended(exit_code=1))
    assert story.told[-1] == ("backoff", 0.5)


def test_gap_extends_the_allowance_of_a_start() -> None:
    story = a_page().at(0, StartAsked()).at(60, LoopGap(58)).at(60, Tick())
    assert story.state is WorkerState.STARTING


def test_three_measurements_over_the_limit_restart_gracefully() -> None:
    story = a_ready_page()
    over, under = MemorySeen(2_000_000_001), MemorySeen(2_000_000_000)
    story.at(5, over).at(10, over).at(15, under).at(20, over).at(25, over)
    assert story.state is WorkerState.RUNNING
    story.at(30, over)
    assert (story.state, story.did[-1]) == (WorkerState.STOPPING, (30, Do.TERMINATE))
    assert story.at(31, Ended(exit_code=0)).state is WorkerState.BACKOFF


def test_restart_clears_what_made_a_worker_fatal() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Ended(exit_code=78)).at(2, RestartAsked())
    assert (story.state, story.worker.attempt, story.spawns()) == (WorkerState.STARTING, 0, [0, 2])


def test_restart_of_a_running_worker_waits_for_its_end() -> None:
    story = a_ready_page().at(5, RestartAsked())
    assert (story.state, story.spawns()) == (WorkerState.STOPPING, [0])
    assert story.at(6, Ended(exit_code=0)).spawns() == [0, 6]


def test_stop_beats_restart_in_either_order() -> None:
    one = a_ready_page().at(5, RestartAsked()).at(5, StopAsked()).at(6, Ended(exit_code=0))
    other = a_ready_page().at(5, StopAsked()).at(5, RestartAsked()).at(6, Ended(exit_code=0))
    assert (one.state, other.state) == (WorkerState.STOPPED, WorkerState.STOPPED)
    assert one.at(7, RestartAsked()).state is WorkerState.STOPPED


def test_stop_terminates_then_kills_after_3_s() -> None:
    story = a_ready_page().at(5, StopAsked()).at(7.9, Tick()).at(8, Tick()).at(9, Tick())
    assert story.did[1:] == [(5, Do.TERMINATE), (8, Do.KILL)]


def test_stop_does_not_lengthen_the_grace_of_a_hung_worker() -> None:
    story = a_processor().at(0, StartAsked()).at(1, Heartbeat()).at(11, Tick()).at(12, StopAsked())
    assert story.at(13, Tick()).did[-1] == (13, Do.KILL)
    assert story.at(13.1, Ended(signal="SIGKILL")).state is WorkerState.STOPPED


def test_second_signal_kills_now() -> None:
    story = a_ready_page().at(5, StopAsked()).at(5.1, KillAsked())
    assert story.did[-1] == (5.1, Do.KILL)
    assert story.at(5.2, Ended(signal="SIGKILL")).state is WorkerState.STOPPED


def test_start_that_the_system_refuses_is_a_failure() -> None:
    story = a_processor().at(0, StartAsked()).at(0, SpawnFailed("out of memory"))
    assert (story.state, story.told[-1]) == (WorkerState.BACKOFF, ("backoff", 0.5))


def test_late_events_of_a_process_that_is_gone_change_nothing() -> None:
    story = a_ready_page().at(5, Ended(exit_code=1))
    after = story.worker
    for event in (
        Ended(exit_code=0),
        ProbeAnswered(),
        ProbeFailed("x"),
        MemorySeen(9),
        Heartbeat(),
    ):
        assert story.at(5.1, event).worker == after


EVENTS = st.one_of(
    st.just(StartAsked()),
    st.just(SpawnFailed("refused")),
    st.builds(Ended, exit_code=st.sampled_from([0, 1, 65, 70, 78])),
    st.just(Ended(signal="SIGKILL")),
    st.just(Heartbeat()),
    st.just(ProbeAnswered()),
    st.just(ProbeFailed("no answer")),
    st.builds(MemorySeen, st.sampled_from([1, 3_000_000_000])),
    st.builds(LoopGap, st.floats(2, 1000)),
    st.just(RestartAsked()),
    st.just(StopAsked()),
    st.just(KillAsked()),
    st.just(Tick()),
)
HISTORIES = st.lists(st.tuples(st.floats(0, 100), EVENTS, st.floats(0, 0.999)), max_size=80)
KINDS = st.sampled_from(
    [
        WorkerRecord(RestartOn.FAILURE, Liveness.HEARTBEAT),
        WorkerRecord(RestartOn.ALWAYS, Liveness.PROBE),
    ]
)


@given(worker=KINDS, history=HISTORIES)
@settings(max_examples=300)
def test_at_most_one_process_lives_whatever_the_order_of_events(
    worker: WorkerRecord, history: list[tuple[float, WorkerEvent, float]]
) -> None:
    story, now, is_living, is_told_to_stop = Story(worker), 0.0, False, False
    for pause, event, chance in history:
        # The world obeys itself: only a living process ends or cannot have been started.
        if isinstance(event, Ended | SpawnFailed) and not is_living:
            continue
        if isinstance(event, SpawnFailed) and story.state is not WorkerState.STARTING:
            continue
        now += pause
        is_told_to_stop = is_told_to_stop or isinstance(event, StopAsked | KillAsked)
        if isinstance(event, Ended | SpawnFailed):
            is_living = False
        done = len(story.did)
        story.at(now, event, chance)
        for _, action in story.did[done:]:
            if action is Do.SPAWN:
                assert not is_living, "a second process beside a living one"
                assert not is_told_to_stop, "a start after a stop"
                is_living = True
            else:
                assert is_living, "a signal to nobody"
        assert is_living == story.worker.is_alive
        assert story.worker.is_ready <= (story.state is WorkerState.RUNNING)
        assert (story.worker.ready_since is not None) == story.worker.is_ready


@given(worker=KINDS, history=HISTORIES)
@settings(max_examples=200)
def test_worker_told_to_stop_ends_if_it_is_killed_when_asked(
    worker: WorkerRecord, history: list[tuple[float, WorkerEvent, float]]
) -> None:
    story, now = Story(worker), 0.0
    for pause, event, chance in history:
        now += pause
        story.at(now, event, chance)
    story.at(now, StopAsked())
    began = now
    while not story.worker.is_settled:
        deadline = next_deadline(story.worker, POLICY)
        if deadline is None:  # killed already: only its end is missing
            story.at(now, Ended(signal="SIGKILL"))
            continue
        now = max(now, deadline)
        story.at(now, Tick())
        if story.did and story.did[-1][1] is Do.KILL:
            story.at(now, Ended(signal="SIGKILL"))
    assert now - began <= POLICY.stop_grace_s + 1e-6  # sums of floats


@given(worker=KINDS, history=HISTORIES)
@settings(max_examples=200)
def test_tick_at_the_next_deadline_moves_it(
    worker: WorkerRecord, history: list[tuple[float, WorkerEvent, float]]
) -> None:
    # Otherwise the loop would spin on a deadline that never passes.
    story, now = Story(worker), 0.0
    for pause, event, chance in history:
        now += pause
        story.at(now, event, chance)
        deadline = next_deadline(story.worker, POLICY)
        if deadline is not None:
            now = max(now, deadline)
            story.at(now, Tick())
            assert next_deadline(story.worker, POLICY) != deadline
