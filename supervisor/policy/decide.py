"""Decide what becomes of one worker: a pure function of its state, an event, the time and chance.

Nothing here knows a process, a clock or a file; `supervisor.processes.worker` carries out what is
decided. All times are seconds of one monotonic clock.
"""

from dataclasses import replace
from typing import assert_never

from shared import events
from shared.exit_codes import OUTSIDE_FAILURES, PERMANENT_FAILURES, ExitCode
from shared.run_files.supervisor_status import WorkerState
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.policy.transitions import (
    Decision,
    abort,
    fail,
    is_healthy,
    kill_now,
    settle,
    start,
    terminate,
    wait_for_others,
)
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
from supervisor.policy.worker_record import AfterStop, Liveness, RestartOn, WorkerRecord

_EXPECTED_EXITS = frozenset({ExitCode.OK, ExitCode.PARTIAL_DATA})
_STARTED = frozenset({WorkerState.STARTING, WorkerState.RUNNING})


def decide(
    worker: WorkerRecord, event: WorkerEvent, now: float, chance: float, policy: RestartPolicy
) -> Decision:
    """Return what becomes of `worker`; `chance` is a random number in [0, 1) for the jitter.

    An event that does not concern the worker's state (a late heartbeat, a second exit) changes
    nothing, so that any order of events is safe.
    """
    match event:
        case StartAsked():
            is_due = worker.state is WorkerState.STOPPED and not worker.is_told_to_stop
            return start(worker, now, policy, "asked") if is_due else Decision(worker)
        case SpawnFailed(reason):
            if worker.state is not WorkerState.STARTING:
                return Decision(worker)
            return fail(worker, f"cannot be started: {reason}", now, chance, policy)
        case Ended():
            return _end(worker, event, now, chance, policy)
        case Heartbeat():
            if worker.liveness is not Liveness.HEARTBEAT:
                return Decision(worker)
            return _show_life(worker, now)
        case ProbeAnswered():
            return _show_life(worker, now)
        case ProbeFailed(reason):
            return _miss_probe(worker, reason, now, policy)
        case MemorySeen(rss_bytes):
            return _weigh(worker, rss_bytes, now, policy)
        case LoopGap(seconds):
            return Decision(_forgive_gap(worker, seconds, now))
        case RestartAsked():
            return _restart(worker, now, policy)
        case StopAsked():
            return _stop(worker, now, policy)
        case KillAsked():
            return kill_now(worker)
        case Tick():
            return _tick(worker, now, policy)
        case _:
            assert_never(event)


def next_deadline(worker: WorkerRecord, policy: RestartPolicy) -> float | None:
    """Return when `worker` needs the next Tick, or None when no deadline runs."""
    if worker.state is WorkerState.STARTING:
        return worker.allowance_until
    if worker.state is not WorkerState.RUNNING:
        return worker.wake_at
    deadlines = []
    if worker.liveness is Liveness.HEARTBEAT:
        deadlines.append(worker.last_sign_of_life + policy.heartbeat_deadline_s)
    if worker.ready_since is not None and not worker.is_proven:
        deadlines.append(worker.ready_since + policy.healthy_s)
    return min(deadlines, default=None)


def _end(
    worker: WorkerRecord, ended: Ended, now: float, chance: float, policy: RestartPolicy
) -> Decision:
    if not worker.is_alive:
        return Decision(worker)
    reason = _describe(ended)
    if worker.state is WorkerState.STOPPING:
        if worker.after_stop is AfterStop.START_AFRESH:
            stopped = settle(worker, WorkerState.STOPPED)
            fresh = start(stopped, now, policy, "restart asked")
            end = Report(events.STOPPED, reason, to=WorkerState.STOPPED)
            return Decision(fresh.worker, (end, *fresh.actions))
        if worker.after_stop is AfterStop.STAY:
            return Decision(settle(worker, WorkerState.STOPPED), (Report(events.STOPPED, reason),))
        return fail(worker, f"{worker.stop_reason}; {reason}", now, chance, policy)
    if worker.restart_on is RestartOn.FAILURE and ended.exit_code in _EXPECTED_EXITS:
        return Decision(settle(worker, WorkerState.EXITED), (Report(events.EXITED, reason),))
    if ended.exit_code in PERMANENT_FAILURES:
        told = f"{reason}: a restart cannot mend it"
        return Decision(settle(worker, WorkerState.FATAL), (Report(events.FATAL, told),))
    if ended.exit_code in OUTSIDE_FAILURES:
        return wait_for_others(worker, reason, now, chance, policy)
    return fail(worker, reason, now, chance, policy)


def _show_life(worker: WorkerRecord, now: float) -> Decision:
    if worker.state not in _STARTED:
        return Decision(worker)
    alive = replace(
        worker, state=WorkerState.RUNNING, is_ready=True, last_sign_of_life=now, failed_probes=0
    )
    if worker.is_ready:
        return Decision(alive)
    first = worker.state is WorkerState.STARTING
    return Decision(
        replace(alive, ready_since=now),
        (Report(events.RUNNING if first else events.READY, "healthy"),),
    )


def _miss_probe(worker: WorkerRecord, reason: str, now: float, policy: RestartPolicy) -> Decision:
    # Until the allowance is over or a first answer came, a worker that is not up yet is no failure.
    if worker.state is not WorkerState.RUNNING:
        return Decision(worker)
    missed = replace(worker, failed_probes=worker.failed_probes + 1)
    if missed.failed_probes >= policy.failed_probes_hung:
        return abort(
            missed, f"hung: {missed.failed_probes} health probes failed: {reason}", now, policy
        )
    if missed.is_ready and missed.failed_probes >= policy.failed_probes_not_ready:
        return Decision(
            replace(missed, is_ready=False, ready_since=None),
            (Report(events.NOT_READY, f"{missed.failed_probes} health probes failed: {reason}"),),
        )
    return Decision(missed)


def _weigh(worker: WorkerRecord, rss_bytes: int, now: float, policy: RestartPolicy) -> Decision:
    if worker.state not in _STARTED:
        return Decision(worker)
    strikes = worker.memory_strikes + 1 if rss_bytes > policy.memory_limit_bytes else 0
    weighed = replace(worker, memory_strikes=strikes)
    if strikes < policy.memory_strikes:
        return Decision(weighed)
    reason = f"memory: {rss_bytes:,} bytes, over the limit of {policy.memory_limit_bytes:,}"
    return terminate(weighed, AfterStop.COUNT_AS_FAILURE, events.MEMORY, reason, now, policy)


def _restart(worker: WorkerRecord, now: float, policy: RestartPolicy) -> Decision:
    if worker.is_told_to_stop:  # stop beats restart
        return Decision(worker)
    clean = replace(worker, attempt=0, failure_times=(), outside_failures=0)
    if worker.state is WorkerState.STOPPING:
        return Decision(replace(clean, after_stop=AfterStop.START_AFRESH))
    if worker.is_alive:
        return terminate(
            clean, AfterStop.START_AFRESH, events.STOPPING, "restart asked", now, policy
        )
    return start(clean, now, policy, "restart asked")


def _stop(worker: WorkerRecord, now: float, policy: RestartPolicy) -> Decision:
    told = replace(worker, is_told_to_stop=True)
    if worker.state is WorkerState.STOPPING:
        kill_at = now + policy.stop_grace_s
        if worker.wake_at is not None:
            kill_at = min(kill_at, worker.wake_at)
        is_killed = worker.wake_at is None
        return Decision(
            replace(told, after_stop=AfterStop.STAY, wake_at=None if is_killed else kill_at)
        )
    if worker.is_alive:
        return terminate(told, AfterStop.STAY, events.STOPPING, "stop asked", now, policy)
    if worker.state is WorkerState.BACKOFF:
        stopped = settle(told, WorkerState.STOPPED)
        return Decision(stopped, (Report(events.STOPPED, "stop asked"),))
    return Decision(told)


def _tick(worker: WorkerRecord, now: float, policy: RestartPolicy) -> Decision:
    if worker.state is WorkerState.BACKOFF and _is_due(worker.wake_at, now):
        return start(worker, now, policy, "restart")
    if worker.state is WorkerState.STOPPING and _is_due(worker.wake_at, now):
        return Decision(
            replace(worker, wake_at=None),
            (Report(events.KILLING, "still there after grace"), Do.KILL),
        )
    if worker.state is WorkerState.STARTING and now >= worker.allowance_until:
        reason = f"no sign of health in {policy.startup_allowance_s:g} s"
        return Decision(
            replace(worker, state=WorkerState.RUNNING), (Report(events.RUNNING, reason),)
        )
    if worker.state is not WorkerState.RUNNING:
        return Decision(worker)
    is_late = now >= worker.last_sign_of_life + policy.heartbeat_deadline_s
    if worker.liveness is Liveness.HEARTBEAT and is_late:
        silence = now - worker.last_sign_of_life
        return abort(worker, f"hung: no heartbeat for {silence:.1f} s", now, policy)
    if not worker.is_proven and is_healthy(worker, now, policy):
        return Decision(replace(worker, is_proven=True, attempt=0))
    return Decision(worker)


def _forgive_gap(worker: WorkerRecord, seconds: float, now: float) -> WorkerRecord:
    # Sleep is nobody's health and nobody's fault: shift what was measured against the clock. The
    # deadlines of a stop stay, they are a promise to the user.
    return replace(
        worker,
        allowance_until=worker.allowance_until + seconds,
        last_sign_of_life=max(now, worker.last_sign_of_life + seconds),
        ready_since=None if worker.ready_since is None else worker.ready_since + seconds,
        failed_probes=0,
    )


def _is_due(deadline: float | None, now: float) -> bool:
    return deadline is not None and now >= deadline


def _describe(ended: Ended) -> str:
    if ended.signal is not None:
        return f"ended by {ended.signal}"
    return f"exit code {ended.exit_code}"
