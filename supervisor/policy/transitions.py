"""The moves a worker can make from state to state, each with what the shell must do for it."""

from dataclasses import dataclass, replace

from shared import events
from shared.event_kind import EventKind
from shared.run_files.supervisor_status import WorkerState
from supervisor.policy.restart_policy import RestartPolicy, backoff_s
from supervisor.policy.worker_events import Action, Do, Report
from supervisor.policy.worker_record import AfterStop, WorkerRecord

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Decision:
    """The worker after an event, and what is to be done, in this order."""

    worker: WorkerRecord
    actions: tuple[Action, ...] = ()


def start(worker: WorkerRecord, now: float, policy: RestartPolicy, reason: str) -> Decision:
    """Return the worker as it starts a process, nothing of the one before counting."""
    allowance_until = now + policy.startup_allowance_s
    started = replace(
        worker,
        state=WorkerState.STARTING,
        is_ready=False,
        starts=worker.starts + 1,
        wake_at=None,
        allowance_until=allowance_until,
        last_sign_of_life=allowance_until,
        ready_since=None,
        is_proven=False,
        failed_probes=0,
        memory_strikes=0,
        after_stop=AfterStop.STAY,
        stop_reason=None,
    )
    return Decision(started, (Do.SPAWN, Report(events.STARTING, reason)))


def fail(
    worker: WorkerRecord, reason: str, now: float, chance: float, policy: RestartPolicy
) -> Decision:
    """Return the worker after an unexpected end: waiting for its next start, or given up."""
    was_healthy = worker.is_proven or is_healthy(worker, now, policy)
    attempt = 1 if was_healthy else worker.attempt + 1
    recent = tuple(time for time in worker.failure_times if time > now - SECONDS_PER_HOUR)
    failed = replace(worker, attempt=attempt, failure_times=(*recent, now), outside_failures=0)
    if attempt > policy.max_failures_in_a_row:
        return _give_up(failed, f"{reason}; {attempt} failures in a row")
    if len(failed.failure_times) > policy.max_failures_per_hour:
        return _give_up(failed, f"{reason}; {len(failed.failure_times)} failures in an hour")
    delay = 0.0 if was_healthy else backoff_s(attempt, chance, policy)
    waiting = replace(settle(failed, WorkerState.BACKOFF), wake_at=now + delay)
    return Decision(waiting, (Report(events.BACKOFF, reason, next_delay_s=delay),))


def wait_for_others(
    worker: WorkerRecord, reason: str, now: float, chance: float, policy: RestartPolicy
) -> Decision:
    """Return the worker after an end that only others can mend: tried again without end.

    It is nobody's failure, so that none is counted, and a full disk does not use up the tries
    that are for the worker's own. A start that got further begins the delays anew.
    """
    count = worker.outside_failures + 1
    delay = backoff_s(count, chance, policy)
    waiting = replace(
        settle(worker, WorkerState.BACKOFF), outside_failures=count, wake_at=now + delay
    )
    told = f"{reason}: tried again until it can be written"
    return Decision(waiting, (Report(events.BACKOFF, told, next_delay_s=delay),))


def _give_up(worker: WorkerRecord, reason: str) -> Decision:
    return Decision(settle(worker, WorkerState.FATAL), (Report(events.FATAL, reason),))


def settle(worker: WorkerRecord, state: WorkerState) -> WorkerRecord:
    """Return the worker in a state without a process that is ready."""
    return replace(worker, state=state, is_ready=False, ready_since=None, wake_at=None)


def abort(worker: WorkerRecord, reason: str, now: float, policy: RestartPolicy) -> Decision:
    """Return the worker as its hung process is ended, with a last chance to say where it hung."""
    hung = replace(
        _leave_running(worker, now, policy),
        wake_at=now + policy.abort_grace_s,
        after_stop=AfterStop.COUNT_AS_FAILURE,
        stop_reason=reason,
    )
    return Decision(hung, (Report(events.HUNG, reason), Do.ABORT))


def terminate(
    worker: WorkerRecord,
    after_stop: AfterStop,
    kind: EventKind,
    reason: str,
    now: float,
    policy: RestartPolicy,
) -> Decision:
    """Return the worker as its process is asked to end; `after_stop` says what follows."""
    stopping = replace(
        _leave_running(worker, now, policy),
        wake_at=now + policy.stop_grace_s,
        after_stop=after_stop,
        stop_reason=reason,
    )
    return Decision(stopping, (Report(kind, reason), Do.TERMINATE))


def kill_now(worker: WorkerRecord) -> Decision:
    """Return the worker as its process is killed without more waiting."""
    told = replace(worker, is_told_to_stop=True)
    if worker.state is WorkerState.BACKOFF:
        return Decision(settle(told, WorkerState.STOPPED), (Report(events.STOPPED, "stop asked"),))
    if not worker.is_alive:
        return Decision(told)
    killed = replace(
        told,
        state=WorkerState.STOPPING,
        is_ready=False,
        ready_since=None,
        wake_at=None,
        after_stop=AfterStop.STAY,
    )
    return Decision(killed, (Report(events.KILLING, "second signal"), Do.KILL))


def _leave_running(worker: WorkerRecord, now: float, policy: RestartPolicy) -> WorkerRecord:
    # The time a process takes to stop is not health, so the verdict is made here.
    return replace(
        worker,
        state=WorkerState.STOPPING,
        is_ready=False,
        is_proven=worker.is_proven or is_healthy(worker, now, policy),
        ready_since=None,
    )


def is_healthy(worker: WorkerRecord, now: float, policy: RestartPolicy) -> bool:
    """Say whether the process has been ready for long enough to forget earlier failures."""
    # The same sum as in `next_deadline`: with a difference rounding may never let it pass.
    return worker.ready_since is not None and now >= worker.ready_since + policy.healthy_s
