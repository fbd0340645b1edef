"""Small helpers for file descriptors."""

import contextlib
import os


def close_quietly(*descriptors: int | None) -> None:
    """Close each descriptor that is one; an error on closing helps nobody."""
    for descriptor in descriptors:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def read_available(descriptor: int, limit: int) -> bytes | None:
    """Return up to `limit` bytes of a non-blocking descriptor, b"" if none, None at its end."""
    try:
        return os.read(descriptor, limit) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None
