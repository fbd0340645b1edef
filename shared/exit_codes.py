"""Exit codes of the three commands, named after BSD's sysexits where one fits."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means; the README and `--help` list the same."""

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


PERMANENT_FAILURES = frozenset({ExitCode.USAGE, 64, ExitCode.NO_INPUT, ExitCode.CONFIG})
"""Exit codes that a restart cannot mend: the same start fails the same way again."""

OUTSIDE_FAILURES = frozenset({ExitCode.CANNOT_WRITE, ExitCode.ALREADY_RUNNING})
"""Exit codes that others mend: who frees the disk or gives the folder back. Worth every try."""
