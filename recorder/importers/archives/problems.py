"""Why a file, or what is in it, cannot be imported."""

from shared.recordings.problems import UnusableFileError


class RefusedError(UnusableFileError):
    """A file is no recording that can be imported; says what it is, and why not."""


class DamagedError(UnusableFileError):
    """A file ends too early, or its content is not what its checksums say."""


class TooLargeError(RefusedError):
    """A file unpacks to so much that it cannot be a recording: an archive bomb."""
