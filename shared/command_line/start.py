"""Start a command before it is imported, so that Ctrl-C ends it in peace even then."""

import os
import signal
from importlib import import_module
from types import FrameType

from shared.command_line.standard_streams import open_standard_streams
from shared.exit_codes import ExitCode


def start(command: str, *, interrupted: ExitCode = ExitCode.INTERRUPTED) -> None:
    """Import `command`, given as `module:function`, and call it.

    Importing takes most of a short command's time; a Ctrl-C that comes then, or before the command
    answers it, ends the process with `interrupted` and without a traceback. No exception comes of
    it: one raised amid the import of a library is swallowed by some and crashes others.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        os._exit(interrupted)  # nothing is open yet

    is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # in the background of a script
    if not is_deaf:
        signal.signal(signal.SIGINT, leave)
    open_standard_streams()
    module, _, function = command.partition(":")
    try:
        run = getattr(import_module(module), function)
        if not is_deaf:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        os._exit(interrupted)
