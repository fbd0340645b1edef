"""Exit codes of all commands, named after BSD's sysexits where one fits."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; each command declares which of these it can end with."""

    OK = 0
    ALL_FATAL = 1
    USAGE = 2
    NOT_RUNNING = 3
    DEGRADED = 4
    PARTIAL_DATA = 65
    NO_INPUT = 66
    UNAVAILABLE = 69
    INTERNAL = 70
    CANNOT_WRITE = 73
    ALREADY_RUNNING = 75
    CONFIG = 78
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def meaning(self) -> str:
        """What it tells whoever waits for the command, in a few words."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done, or stopped as asked",
    ExitCode.ALL_FATAL: "no worker can run any more: all are FATAL",
    ExitCode.USAGE: "usage: an option or argument that is none or cannot be used",
    ExitCode.NOT_RUNNING: "no supervisor runs in this run directory",
    ExitCode.DEGRADED: "a worker is not as it should be, or the supervisor does not answer",
    ExitCode.PARTIAL_DATA: "some input files or rows could not be used; the rest was processed",
    ExitCode.NO_INPUT: "nothing to process",
    ExitCode.UNAVAILABLE: "the port is in use",
    ExitCode.INTERNAL: "internal error",
    ExitCode.CANNOT_WRITE: "the folder to write to cannot be written",
    ExitCode.ALREADY_RUNNING: "another one works on the same run directory, or day file, already",
    ExitCode.CONFIG: "a configuration that can never work",
    ExitCode.INTERRUPTED: "ended by Ctrl-C",
    ExitCode.TERMINATED: "ended by SIGTERM",
}

PERMANENT_FAILURES = frozenset({ExitCode.USAGE, 64, ExitCode.NO_INPUT, ExitCode.CONFIG})
"""Exit codes that a restart cannot mend: the same start fails the same way again."""

OUTSIDE_FAILURES = frozenset({ExitCode.CANNOT_WRITE, ExitCode.ALREADY_RUNNING})
"""Exit codes that others mend: who frees the disk or gives the folder back. Worth every try."""
