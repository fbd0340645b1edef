"""Open the page in the user's browser, where there is one to be seen."""

import contextlib
import os
import subprocess
import sys

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def has_screen() -> bool:
    """Say whether somebody sits at a screen of this very machine, as far as can be told."""
    if not sys.stderr.isatty() or "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, _SCREENS))


def open_browser(url: str) -> None:
    """Have the browser show `url`; nobody waits for it, and it outlives whoever opened it.

    The page need not be served yet, if its socket listens: the browser waits for the answer.
    """
    with contextlib.suppress(OSError):
        subprocess.Popen(
            (sys.executable, "-m", "webbrowser", "-t", url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
