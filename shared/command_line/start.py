"""Start a command before it is imported, so that Ctrl-C ends it in peace even then."""

import os
import signal
from importlib import import_module
from types import FrameType

from shared.exit_codes import ExitCode


def start(command: str, *, interrupted: ExitCode = ExitCode.INTERRUPTED) -> None:
    """Import `command`, given as `module:function`, and call it.

    Importing takes most of a short command's time; a Ctrl-C that comes then ends the process with
    `interrupted` and without a traceback.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        # At once: an exception amid the import of a compiled module has been seen to crash.
        os._exit(interrupted)

    module, _, function = command.partition(":")
    # Deaf to it, as in the background of a shell, it stays so.
    is_interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_interruptible:
        signal.signal(signal.SIGINT, leave)
    run = getattr(import_module(module), function)
    try:
        if is_interruptible:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:  # before the command could answer it
        os._exit(interrupted)
