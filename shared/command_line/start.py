"""Start a command before it is imported, so that Ctrl-C ends it in peace even then."""

import os
from importlib import import_module

from shared.exit_codes import ExitCode


def start(command: str, *, interrupted: ExitCode = ExitCode.INTERRUPTED) -> None:
    """Import `command`, given as `module:function`, and call it.

    Importing takes most of a short command's time; a Ctrl-C that comes then ends the process with
    `interrupted` and without a traceback.
    """
    module, _, function = command.partition(":")
    try:
        run = getattr(import_module(module), function)
    except KeyboardInterrupt:
        os._exit(interrupted)  # nothing is open yet
    run()
