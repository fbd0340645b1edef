"""The event vocabulary: each kind of event in `events.jsonl`, declared once for all who meet it.

The supervisor writes these events; its console, `orderflow-supervise` and the page read them.
What a field looks like behind a sentence is said in `shared.run_files.event_wording`.
"""

from shared.event_kind import EventKind, Level, Subject, Unusual

INFO, WARN, ERROR = Level.INFO, Level.WARN, Level.ERROR


def _of_worker(name: str, level: Level, sentence: str) -> EventKind:
    """Return a kind that tells of a worker and its process."""
    return EventKind(
        name=name,
        subject=Subject.WORKER,
        level=level,
        sentence=sentence,
        always=("worker", "from", "to", "attempt", "reason"),
        sometimes=("pid", "create_time", "uptime_s", "rss"),
        shown=("pid", "reason"),
    )


def _of_end(
    name: str,
    level: Level,
    sentence: str,
    always: tuple[str, ...] = (),
    shown: tuple[str, ...] = (),
    unusual: Unusual | None = None,
) -> EventKind:
    """Return a kind that tells of a worker whose process, if there was one, is gone."""
    sometimes = ("pid", "create_time", "uptime_s", "exit_code", "signal", "detail")
    return EventKind(
        name=name,
        subject=Subject.WORKER,
        level=level,
        sentence=sentence,
        always=("worker", "from", "to", "attempt", "reason", *always),
        sometimes=tuple(field for field in sometimes if field not in always),
        shown=("pid", "reason", "uptime_s", *shown),
        unusual=unusual,
    )


def _of_recording(name: str, level: Level, sentence: str) -> EventKind:
    """Return a kind that tells of what a worker writes down; its reason says how much of it."""
    return EventKind(
        name=name,
        subject=Subject.WORKER,
        level=level,
        sentence=sentence,
        always=("worker", "reason"),
        sometimes=("pid",),
        shown=("reason",),
    )


def _of_file(
    name: str,
    level: Level,
    sentence: str,
    always: tuple[str, ...] = (),
    sometimes: tuple[str, ...] = (),
    *,
    is_frequent: bool = False,
) -> EventKind:
    """Return a kind that tells of one published file, all its fields shown."""
    return EventKind(
        name=name,
        subject=Subject.FILES,
        level=level,
        sentence=sentence,
        always=("file", *always),
        sometimes=sometimes,
        shown=(*sometimes, *always),
        is_frequent=is_frequent,
    )


def _of_run(
    subject: Subject,
    name: str,
    level: Level,
    sentence: str,
    always: tuple[str, ...] = (),
    sometimes: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    unusual: Unusual | None = None,
) -> EventKind:
    """Return a kind that tells of the run as a whole, all but the `hidden` fields shown."""
    shown = tuple(field for field in (*always, *sometimes) if field not in hidden)
    return EventKind(name, subject, level, sentence, always, sometimes, shown, unusual)


STARTING = _of_worker("starting", INFO, "is being started")
RUNNING = _of_worker("running", INFO, "is running")
READY = _of_worker("ready", INFO, "is in order again")
NOT_READY = _of_worker("not_ready", WARN, "does not answer")
HUNG = _of_worker("hung", ERROR, "hangs and is being ended")
MEMORY = _of_worker("memory", WARN, "takes too much memory and is being ended")
STOPPING = _of_worker("stopping", INFO, "is being stopped")
KILLING = _of_worker("killing", WARN, "is being ended by force")
STOPPED = _of_end(
    "stopped",
    INFO,
    "has stopped",
    unusual=Unusual("signal", ("SIGTERM", "SIGINT"), WARN, "has stopped, but not by itself"),
)
BACKOFF = _of_end(
    "backoff",
    WARN,
    "failed and will be started again",
    always=("next_delay_s",),
    shown=("next_delay_s", "detail"),
)
EXITED = _of_end(
    "exited",
    INFO,
    "is done",
    always=("exit_code",),
    unusual=Unusual("exit_code", (0,), WARN, "is done, but some of its input could not be used"),
)
FATAL = _of_end("fatal", ERROR, "failed and is not started again", shown=("detail",))

RECORDING_GAP = _of_recording(
    "recording_gap", WARN, "missed something, which the recording notes as a gap"
)
RECORDING_CUT_OFF = _of_recording(
    "recording_cut_off", WARN, "lost its connection to the exchange and makes another"
)
RECORDING_LOST = _of_recording(
    "recording_lost", ERROR, "cannot write, and rows are lost, which is noted as a gap"
)

FILE_CHANGED = _of_file(
    "file_changed",
    INFO,
    "was published",
    always=("bytes", "age_s"),
    sometimes=("bars", "newest_ms"),
    is_frequent=True,
)
FILE_BROKEN = _of_file(
    "file_broken",
    ERROR,
    "is damaged, and its last good content stays",
    always=("reason", "bytes", "age_s"),
)
FILE_GONE = _of_file("file_gone", WARN, "was deleted")

FILES_STALE = _of_run(
    Subject.FILES, "files_stale", WARN, "nothing new is published", always=("reason",)
)
FILE_WATCH_EVENTS = _of_run(
    Subject.FILES, "file_watch_events", INFO, "file changes are noticed at once"
)
FILE_WATCH_POLLING = _of_run(
    Subject.FILES,
    "file_watch_polling",
    WARN,
    "file changes are noticed up to a quarter of a second late",
    always=("reason",),
)
FILE_WATCH_REBUILT = _of_run(
    Subject.FILES,
    "file_watch_rebuilt",
    WARN,
    "file changes were not noticed any more, and the watch is set up anew",
    always=("reason",),
)

SUPERVISOR_STARTED = _of_run(
    Subject.SUPERVISOR, "supervisor_started", INFO, "the run begins", always=("pid",)
)
SUPERVISOR_STOPPING = _of_run(
    Subject.SUPERVISOR, "supervisor_stopping", INFO, "the run is being stopped", always=("reason",)
)
SUPERVISOR_KILLING = _of_run(
    Subject.SUPERVISOR,
    "supervisor_killing",
    WARN,
    "the run is being ended by force",
    always=("reason",),
)
SUPERVISOR_STOPPED = _of_run(
    Subject.SUPERVISOR,
    "supervisor_stopped",
    INFO,
    "the run has ended",
    always=("pid", "exit_code"),
    hidden=("pid",),
    unusual=Unusual("exit_code", (0, 130), ERROR, "the run has failed"),
)
LOOP_GAP = _of_run(
    Subject.SUPERVISOR,
    "loop_gap",
    WARN,
    "the computer slept or stood still, which is held against nobody",
    always=("detail",),
)
CONTROL_SOCKET_REBUILT = _of_run(
    Subject.SUPERVISOR,
    "control_socket_rebuilt",
    WARN,
    "the way for commands was deleted and is open again",
)
RUN_DIRECTORY_AWAY = _of_run(
    Subject.SUPERVISOR,
    "run_directory_away",
    WARN,
    "the run directory is gone or cannot be used; the run goes on and waits for it",
)
RUN_DIRECTORY_BACK = _of_run(
    Subject.SUPERVISOR, "run_directory_back", INFO, "the run directory can be used again"
)
GUARDIAN_RESTARTED = _of_run(
    Subject.SUPERVISOR,
    "guardian_restarted",
    WARN,
    "the guardian, which clears up after a killed run, was gone and is back",
    sometimes=("pid",),
)
INTERNAL_ERROR = _of_run(
    Subject.SUPERVISOR,
    "internal_error",
    ERROR,
    "a defect of the supervisor showed, and the run goes on",
    always=("reason", "detail"),
    hidden=("detail",),
)

ALL_KINDS = (
    *(STARTING, RUNNING, READY, NOT_READY, HUNG, MEMORY, STOPPING, KILLING),
    *(STOPPED, BACKOFF, EXITED, FATAL),
    *(RECORDING_GAP, RECORDING_CUT_OFF, RECORDING_LOST),
    *(FILE_CHANGED, FILE_BROKEN, FILE_GONE, FILES_STALE),
    *(FILE_WATCH_EVENTS, FILE_WATCH_POLLING, FILE_WATCH_REBUILT),
    *(SUPERVISOR_STARTED, SUPERVISOR_STOPPING, SUPERVISOR_KILLING, SUPERVISOR_STOPPED),
    *(LOOP_GAP, CONTROL_SOCKET_REBUILT, RUN_DIRECTORY_AWAY, RUN_DIRECTORY_BACK),
    *(GUARDIAN_RESTARTED, INTERNAL_ERROR),
)
VOCABULARY = {kind.name: kind for kind in ALL_KINDS}
"""Every kind there is, by its name."""
