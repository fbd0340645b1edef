"""The supervisor itself: its workers, one loop, and the order in which things happen."""

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

import psutil

from shared import events
from shared.exit_codes import ExitCode
from shared.run_files.event_lines import EventRecord
from shared.run_files.run_lock import LockState
from shared.run_files.supervisor_status import WorkerState
from supervisor.control.messages import Answer, Request
from supervisor.control.server import ControlServer
from supervisor.files.file_watch import FileWatch
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.logs.rotating_file import RotatingFile
from supervisor.loop.event_loop import EventLoop
from supervisor.policy.worker_events import (
    KillAsked,
    LoopGap,
    MemorySeen,
    RestartAsked,
    StartAsked,
    StopAsked,
    WorkerEvent,
)
from supervisor.processes.guardian import Guardian
from supervisor.processes.launcher import LauncherTie
from supervisor.processes.leftovers import RunningProcess, RunningRecord
from supervisor.processes.memory import tree_rss_bytes
from supervisor.processes.strays import LOOK_SECONDS, Strays, adopt_orphans
from supervisor.processes.worker import SupervisedWorker, Surroundings
from supervisor.run_setup import RunSetup
from supervisor.status_desk import StatusDesk

TICK_SECONDS = 1.0
GAP_SECONDS = 2.0
MEMORY_SECONDS = 5.0
ERROR_SECONDS = 1.0
"""Internal errors are told at most this often: a callback may fail at every turn of the loop."""
LAST_WAIT_SECONDS = 0.5
"""How long killed processes are waited for: with 3 s of grace before and the guardian's quarter
after it a stop stays under 4 s."""

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Supervisor:
    """Runs workers until it is told to stop or none can run any more.

    Everything happens in the thread that calls `run`, which must be the main one: the workers'
    parent-death signal is tied to it.
    """

    def __init__(self, setup: RunSetup, console: Console) -> None:
        self._setup = setup
        self._console = console
        self._clock = time.monotonic
        self._loop = EventLoop(self._tell_error)
        self._guardian = Guardian(setup.boot_id)
        run_dir = setup.run_dir
        self._events = EventLog(
            RotatingFile(run_dir.events, makes_folder=False), console, setup.boot_id, self._clock
        )
        around = Surroundings(
            loop=self._loop,
            clock=self._clock,
            events=self._events,
            console=console,
            family=setup.boot_id,
            lifeline_fd=self._guardian.lifeline_fd,
            assignment=setup.assignment,
            page=setup.page,
            logs=run_dir.logs,
            chance=random.Random(),
            on_change=self._take_change,
            on_gone=self._take_gone,
        )
        self._workers = {
            spec.name: SupervisedWorker(spec, setup.policy, around) for spec in setup.specs
        }
        self._strays = Strays(self._known_children)
        self._running = RunningRecord(run_dir.running)
        self._create_time = psutil.Process().create_time()
        self._lock_state = LockState.HELD
        now = self._clock()
        self._files = FileWatch(run_dir.data, self._loop.wake, self._events, now)
        self._status = StatusDesk(
            setup, self._events, console, self._files, list(self._workers.values())
        )
        self._control: ControlServer | None = None
        self._launchers: LauncherTie | None = None
        self._outcome: ExitCode | None = None
        self._give_up_at: float | None = None
        self._last_tick = now
        self._next_memory = now + MEMORY_SECONDS
        self._next_beat = now
        self._next_error = now

    def run(self) -> ExitCode:
        """Start the workers, keep them, stop them, and return the exit code of the run."""
        try:
            self._open()
            for worker in self._workers.values():
                worker.feed(StartAsked())
            while not self._is_over():
                self._loop.run_once(self._seconds_to_wait())
                self._tick()
            return self._outcome or ExitCode.OK
        finally:
            self._close()

    def _open(self) -> None:
        adopt_orphans()
        self._guardian.start()
        self._control = ControlServer(self._loop, self._setup.run_dir.control_socket, self._serve)
        signals = {*STOP_SIGNALS, signal.SIGCHLD}
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # nohup: then it is not for us
            signals.discard(signal.SIGHUP)
        self._loop.catch_signals(sorted(signals), self._take_signal)
        self._launchers = LauncherTie(self._loop, self._setup.launchers, self._take_launcher_end)
        self._events.write(EventRecord(event=events.SUPERVISOR_STARTED.name, pid=os.getpid()))
        self._files.start(self._clock())

    def _close(self) -> None:
        for worker in self._workers.values():  # only left over if something went badly wrong
            if worker.process is not None:
                worker.process.kill_group()
        self._files.close()
        self._guardian.close()
        self._strays.reap()
        if self._lock_state is not LockState.TAKEN:  # else it is for another to write there
            self._write_end()
        if self._control is not None:
            self._control.close()
        if self._launchers is not None:
            self._launchers.close()
        self._loop.close()
        for worker in self._workers.values():
            worker.output.file.close()
        self._events.file.close()

    def _write_end(self) -> None:
        outcome = ExitCode.OK if self._outcome is None else self._outcome
        self._events.write(
            EventRecord(
                event=events.SUPERVISOR_STOPPED.name, pid=os.getpid(), exit_code=int(outcome)
            )
        )
        self._status.write(self._clock(), is_stopping=True)
        self._record_running()

    def _seconds_to_wait(self) -> float:
        deadlines = [self._next_beat, self._files.next_deadline]
        deadlines += [
            worker.next_deadline
            for worker in self._workers.values()
            if worker.next_deadline is not None
        ]
        if self._strays.is_hunting:
            deadlines.append(self._clock() + LOOK_SECONDS)
        if self._give_up_at is not None:
            deadlines.append(self._give_up_at)
        return min(deadlines) - self._clock()

    def _tick(self) -> None:
        now = self._clock()
        gap = now - self._last_tick
        self._last_tick = now
        if gap > GAP_SECONDS:
            self._safely(self._forgive_gap, gap, now)
        for worker in self._workers.values():
            self._safely(worker.tick, now)
        self._safely(self._strays.hunt)
        if now >= self._next_beat:
            self._next_beat = now + TICK_SECONDS
            self._safely(self._check_surroundings)
        self._safely(self._report, now)

    def _safely(self, do: Callable[..., None], *arguments: Any) -> None:
        # A bug in one part, or in what is done for one worker, must not end the others.
        try:
            do(*arguments)
        except Exception as error:  # noqa: BLE001 - it is told, with its traceback
            self._tell_error(error)

    def _report(self, now: float) -> None:
        if self._lock_state is not LockState.TAKEN:
            self._safely(self._record_running)
        if now >= self._next_memory:
            self._next_memory = now + MEMORY_SECONDS
            self._safely(self._measure_memory)
        self._safely(self._files.tick, now, self._progress())
        if self._lock_state is not LockState.TAKEN:
            self._status.tick(now, is_stopping=self._outcome is not None)

    def _check_surroundings(self) -> None:
        for worker in self._workers.values():  # where there is no pidfd, and to be sure
            worker.check_ended()
        if self._launchers is not None:
            self._launchers.check()
        self._keep_run_directory()
        self._running.look()
        is_ours = self._lock_state is not LockState.TAKEN
        if is_ours and self._control is not None and self._control.repair():
            self._events.write(EventRecord(event=events.CONTROL_SOCKET_REBUILT.name))
        if self._guardian.check():
            self._events.write(
                EventRecord(event=events.GUARDIAN_RESTARTED.name, pid=self._guardian.pid)
            )

    def _keep_run_directory(self) -> None:
        before, self._lock_state = self._lock_state, self._setup.lock.keep()
        if self._lock_state is before:
            return
        match self._lock_state:
            case LockState.HELD:
                self._events.tell(EventRecord(event=events.RUN_DIRECTORY_BACK.name))
            case LockState.AWAY:
                self._events.tell(EventRecord(event=events.RUN_DIRECTORY_AWAY.name))
            case LockState.TAKEN if self._outcome is None:
                self._stop(ExitCode.ALREADY_RUNNING, "the run directory is another one's now")

    def _forgive_gap(self, gap: float, now: float) -> None:
        detail = f"the supervisor stood still for {gap:.1f} s"
        self._events.write(EventRecord(event=events.LOOP_GAP.name, detail=detail))
        for worker in self._workers.values():
            worker.feed(LoopGap(gap))
            if worker.probe is not None:
                worker.probe.forget(now)

    def _progress(self) -> float:
        publishers = (worker for worker in self._workers.values() if worker.spec.publishes_files)
        return sum(worker.heartbeats.progress for worker in publishers)

    def _measure_memory(self) -> None:
        for worker in self._workers.values():
            if worker.pid is not None:
                worker.rss_bytes = tree_rss_bytes(worker.pid)
                if worker.rss_bytes is not None:
                    worker.feed(MemorySeen(worker.rss_bytes))

    def _take_signal(self, number: int) -> None:
        if number == signal.SIGCHLD:
            for worker in self._workers.values():
                worker.check_ended()
            self._strays.reap()
        elif number in STOP_SIGNALS:
            outcome = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
            self._stop(outcome, signal.Signals(number).name)

    def _stop(self, outcome: ExitCode, why: str) -> None:
        event: WorkerEvent = StopAsked()
        grace = self._setup.policy.stop_grace_s
        if self._outcome is None:
            self._outcome = outcome
            self._events.tell(EventRecord(event=events.SUPERVISOR_STOPPING.name, reason=why))
        else:
            event, grace = KillAsked(), 0.0
            reason = f"{why} while stopping"
            self._events.tell(EventRecord(event=events.SUPERVISOR_KILLING.name, reason=reason))
        self._give_up_at = self._clock() + grace + LAST_WAIT_SECONDS
        for worker in self._workers.values():
            self._safely(worker.feed, event)

    def _is_over(self) -> bool:
        workers = self._workers.values()
        if all(worker.record.state is WorkerState.FATAL for worker in workers):
            if self._outcome is None:
                self._outcome = ExitCode.ALL_FATAL
            return not self._strays.is_hunting
        if self._outcome is None:
            return False
        if self._give_up_at is not None and self._clock() >= self._give_up_at:
            return True
        return all(worker.record.is_settled for worker in workers) and not self._strays.is_hunting

    def _take_change(self) -> None:
        self._status.is_due = True

    def _take_gone(self, boot_id: str) -> None:
        self._strays.expect(f"{self._setup.boot_id}/{boot_id}")

    def _known_children(self) -> set[int]:
        known = {worker.pid for worker in self._workers.values()} | {self._guardian.pid}
        return {pid for pid in known if pid is not None}

    def _record_running(self) -> None:
        running = [
            RunningProcess(
                pid=process.pid,
                create_time=process.create_time,
                boot_id=process.boot_id,
                supervisor_pid=os.getpid(),
                supervisor_create_time=self._create_time,
            )
            for process in (worker.process for worker in self._workers.values())
            if process is not None
        ]
        if not self._running.update(running):
            self._status.lost_writes += 1

    def _serve(self, request: Request) -> Answer:
        match request:
            case Request("status"):
                return Answer(True, "", self._status.status(is_stopping=self._outcome is not None))
            case Request("stop"):
                self._stop(ExitCode.OK, "asked by command")
                return Answer(True, "stopping")
            case Request("restart", worker) if worker is None or worker in self._workers:
                if self._outcome is not None:
                    return Answer(False, "the supervisor is stopping")
                names = list(self._workers) if worker is None else [worker]
                for name in names:
                    self._workers[name].feed(RestartAsked())
                return Answer(True, f"restarting {', '.join(names)}")
            case Request("restart", worker):
                known = ", ".join(self._workers)
                return Answer(False, f"no worker is called {worker:.60}, but {known}")
            case _:
                return Answer(False, f"no such command: {request.command:.60}")

    def _take_launcher_end(self) -> None:
        if self._outcome is None:
            self._stop(ExitCode.OK, "the launcher is gone")

    def _tell_error(self, error: Exception) -> None:
        now = self._clock()
        if now < self._next_error:
            return
        self._next_error = now + ERROR_SECONDS
        trace = "".join(traceback.format_exception(error))
        self._events.tell(
            EventRecord(event=events.INTERNAL_ERROR.name, reason=repr(error), detail=trace)
        )
        self._console.say(f"its traceback is in {self._events.file.path}")
