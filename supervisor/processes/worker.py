"""Carry out what the policy decides for one worker, and tell it what happens."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared import events
from shared.run_files.event_lines import EventRecord
from shared.run_files.supervisor_status import WorkerState, WorkerStatus
from shared.worker_link import LAST_SIGNAL
from supervisor.health.heartbeats import HeartbeatReader
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.health.probes import HealthProbe
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.logs.output import OutputLog
from supervisor.logs.rotating_file import RotatingFile
from supervisor.loop.event_loop import EventLoop
from supervisor.policy.decide import decide, next_deadline
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.policy.worker_events import (
    Do,
    Ended,
    Heartbeat,
    ProbeAnswered,
    ProbeFailed,
    Report,
    SpawnFailed,
    Tick,
    WorkerEvent,
)
from supervisor.policy.worker_record import Liveness, WorkerRecord
from supervisor.processes.worker_process import WorkerProcess, spawn
from supervisor.processes.worker_spec import Assignment, WorkerSpec


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the supervisor hands to each of its workers."""

    loop: EventLoop
    clock: Callable[[], float]
    events: EventLog
    console: Console
    family: str
    lifeline_fd: int
    assignment: Assignment
    page: PageEndpoint
    logs: Path
    chance: random.Random
    on_change: Callable[[], None]
    on_gone: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Gone:
    """The newest process that ended, for the log line and the status."""

    pid: int
    create_time: float
    uptime_s: float
    ended: Ended
    last_words: str | None


class SupervisedWorker:
    """One worker: its policy state, its process if any, and the pipes between."""

    def __init__(self, spec: WorkerSpec, policy: RestartPolicy, around: Surroundings) -> None:
        self.spec = spec
        self.output = OutputLog(
            spec.name, RotatingFile(around.logs / f"{spec.name}.log"), around.clock
        )
        self.record = WorkerRecord(restart_on=spec.restart_on, liveness=spec.liveness)
        self.process: WorkerProcess | None = None
        self.probe = (
            HealthProbe(around.loop, around.page, self._take_probe_result)
            if spec.liveness is Liveness.PROBE
            else None
        )
        self.heartbeats = HeartbeatReader("")
        self._counted: dict[str, float] = {}
        self.rss_bytes: int | None = None
        self._command = spec.command(around.assignment)
        self._environment = spec.environment(around.assignment)
        self._policy = policy
        self._around = around
        self._gone: _Gone | None = None
        self._is_ending = False
        self._reason: str | None = None
        self._next_delay_s: float | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the live process, if there is one."""
        return self.process.pid if self.process else None

    @property
    def next_deadline(self) -> float | None:
        """When this worker needs the next Tick."""
        deadlines = [next_deadline(self.record, self._policy)]
        if self.probe is not None:
            deadlines.append(self.probe.next_deadline)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def tick(self, now: float) -> None:
        """Look at the deadlines of the worker and of its probe."""
        if self.probe is not None:
            self.probe.tick(now)
        self.feed(Tick())

    def feed(self, event: WorkerEvent) -> None:
        """Let the policy decide about `event` and carry that out."""
        now = self._around.clock()
        before = self.record
        decision = decide(before, event, now, self._around.chance.random(), self._policy)
        self.record = decision.worker
        failure: str | None = None
        state = before.state
        for action in decision.actions:
            match action:
                case Do.SPAWN:
                    self._is_ending = False
                    failure = self._spawn(now)
                case Do.TERMINATE:
                    # SIGCONT: a stopped process would not see the SIGTERM.
                    self._signal(signal.SIGTERM, signal.SIGCONT)
                case Do.ABORT:
                    self._signal(signal.SIGABRT, signal.SIGCONT)
                case Do.KILL:
                    if self.process is not None:
                        self.process.kill_group()
                case Report():
                    to = action.to or decision.worker.state
                    self._report(action, state, to)
                    state = to
        if decision.actions:
            self._around.on_change()
        if failure is not None:
            self.feed(SpawnFailed(failure))

    def check_ended(self) -> None:
        """Collect the process if it has ended, and go on from there."""
        process = self.process
        if process is None or not process.has_ended():
            return
        ended = process.collect()
        self._let_go(process)
        self._gone = _Gone(
            pid=process.pid,
            create_time=process.create_time,
            uptime_s=round(self._around.clock() - process.started_at, 3),
            ended=ended,
            last_words=self.output.last_words(),
        )
        self._around.on_gone(process.boot_id)
        self._is_ending = True  # until the policy has spoken, reports are about the one that ended
        self.feed(ended)
        self._is_ending = False

    def status(self) -> WorkerStatus:
        """Return the worker as `status.json` shows it."""
        process, gone, record = self.process, self._gone, self.record
        is_failed = record.state in {WorkerState.BACKOFF, WorkerState.FATAL}
        return WorkerStatus(
            name=self.spec.name,
            state=record.state,
            is_ready=record.is_ready,
            pid=process.pid if process else None,
            create_time=process.create_time if process else None,
            uptime_s=round(self._around.clock() - process.started_at, 3) if process else None,
            restarts=max(0, record.starts - 1),
            attempt=record.attempt,
            rss_bytes=self.rss_bytes,
            exit_code=gone.ended.exit_code if gone else None,
            signal=gone.ended.signal if gone else None,
            reason=self._reason,
            next_delay_s=self._next_delay_s if record.state is WorkerState.BACKOFF else None,
            last_words=gone.last_words if gone and is_failed else None,
            log_file=str(self.output.file.path),
        )

    def _spawn(self, now: float) -> str | None:
        """Start the process; return why it could not be, or None."""
        around = self._around
        try:
            process = spawn(
                self._command,
                {**self._environment, **self._last_end()},
                family=around.family,
                started_at=now,
                lifeline_fd=around.lifeline_fd,
                listen_fd=around.page.listener.fileno() if self.spec.is_given_listener else None,
            )
        except OSError as error:
            return f"{self._command[0]}: {error.strerror}"
        self.process = process
        self.heartbeats = HeartbeatReader(process.boot_id)
        self._counted = {}
        self.output.begin()
        if process.pidfd is not None:
            around.loop.watch(process.pidfd, self.check_ended)
        around.loop.watch(process.output_fd, self._take_output)
        around.loop.watch(process.heartbeat_fd, self._take_heartbeats)
        if self.probe is not None:
            self.probe.aim_at(process.boot_id, now)
        return None

    def _last_end(self) -> dict[str, str]:
        return {LAST_SIGNAL: self._gone.ended.signal or ""} if self._gone else {}

    def _let_go(self, process: WorkerProcess) -> None:
        for descriptor in (process.pidfd, process.output_fd, process.heartbeat_fd):
            if descriptor is not None:
                self._around.loop.unwatch(descriptor)
        if self.probe is not None:
            self.probe.aim_at(None, self._around.clock())
        self.output.finish(process.output_fd)
        process.close()
        self.process = None
        self.rss_bytes = None

    def _take_output(self) -> None:
        process = self.process
        if process is not None and not self.output.pump(process.output_fd):
            self._around.loop.unwatch(process.output_fd)

    def _take_heartbeats(self) -> None:
        process = self.process
        if process is None:
            return
        beats = self.heartbeats.read(process.heartbeat_fd)
        if beats is None:
            self._around.loop.unwatch(process.heartbeat_fd)
        elif beats:
            self._tell_counted(process)
            self.feed(Heartbeat())

    def _tell_counted(self, process: WorkerProcess) -> None:
        """Tell of what the worker has met since its last heartbeat."""
        for name, kind in self.spec.counted.items():
            count = self.heartbeats.numbers.get(name) or 0
            more = count - self._counted.get(name, 0)
            if more > 0:
                self._around.events.tell(
                    EventRecord(
                        event=kind.name,
                        worker=self.spec.name,
                        pid=process.pid,
                        reason=f"{more:,.0f}, and {count:,.0f} since it was started",
                    )
                )
            self._counted[name] = count

    def _take_probe_result(self, fault: str | None) -> None:
        self.feed(ProbeAnswered() if fault is None else ProbeFailed(fault))

    def _signal(self, *numbers: int) -> None:
        if self.process is not None:
            self.process.signal(*numbers)

    def _report(self, report: Report, before: WorkerState, to: WorkerState) -> None:
        process = self.process
        gone = self._gone if self._is_ending and process is None else None
        self._reason, self._next_delay_s = report.reason, report.next_delay_s
        self._around.events.tell(
            EventRecord(
                event=report.kind.name,
                worker=self.spec.name,
                from_state=before,
                to_state=to,
                pid=process.pid if process else gone.pid if gone else None,
                create_time=process.create_time if process else gone.create_time if gone else None,
                attempt=self.record.attempt,
                exit_code=gone.ended.exit_code if gone else None,
                signal=gone.ended.signal if gone else None,
                reason=report.reason,
                uptime_s=self._uptime_s(process, gone),
                next_delay_s=_rounded(report.next_delay_s),
                rss=self.rss_bytes,
                detail=gone.last_words if gone else None,
            )
        )
        if report.kind is events.FATAL:
            self._say_last_words()

    def _say_last_words(self) -> None:
        console = self._around.console
        if self._gone and self._gone.last_words:
            console.say_lines(self._gone.last_words)
        console.say(f"{self.spec.name} log: {self.output.file.path}")

    def _uptime_s(self, process: WorkerProcess | None, gone: _Gone | None) -> float | None:
        if process is not None:
            return round(self._around.clock() - process.started_at, 3)
        return gone.uptime_s if gone else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
