"""Errors that Orderflow reports to its user, each with the exit code it ends a command with."""

from pathlib import Path

from shared.exit_codes import ExitCode


class OrderflowError(Exception):
    """An expected failure: its message is for the user and says where, what and what instead."""

    exit_code: ExitCode = ExitCode.INTERNAL


class UsageError(OrderflowError):
    """An option has a value that cannot be used."""

    exit_code = ExitCode.USAGE


class MissingLibraryError(UsageError):
    """A library of the optional extra `research` is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed: it comes with orderflow[research]"
        )
        self.library = library


class NoInputError(OrderflowError):
    """Nothing recorded was found for the instrument and range asked for."""

    exit_code = ExitCode.NO_INPUT


class CannotWriteError(OrderflowError):
    """A folder, or a file in it, cannot be written."""

    exit_code = ExitCode.CANNOT_WRITE

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be written: {reason}")
        self.path = path


class RunDirectoryError(CannotWriteError):
    """The run directory, or a file in it, cannot be written."""


class BrokenFileError(OrderflowError):
    """A file that should hold one JSON document does not."""

    exit_code = ExitCode.PARTIAL_DATA

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
