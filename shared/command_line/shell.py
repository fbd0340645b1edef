"""What is the same around every command: errors, exit codes, signals, logging, the end of `--help`.

A command declares the exit codes it can end with (`ends_with`); its callback returns one of them,
or nothing for OK.
"""

import contextlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from shared.command_line.logs import configure_logging
from shared.errors import OrderflowError
from shared.exit_codes import ExitCode


class ShellCommand(click.Command):
    """A command that ends as it declares, whatever happens in it.

    An OrderflowError is one line and its own code, any other exception a traceback and INTERNAL.
    Ctrl-C and SIGTERM end it without a traceback: with their codes where it declares them, else
    with OK. Where it is the process's own command it also configures logging, at `log_level`.
    """

    def __init__(
        self,
        *args: Any,
        ends_with: Sequence[ExitCode],
        log_level: int = logging.INFO,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.epilog = exit_codes_help(ends_with)
        self.ends_with = tuple(ends_with)
        self._log_level = log_level

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run the command on `args`, by default the process's own, and leave with its exit code."""
        is_own = args is None
        if is_own:
            configure_logging(self._log_level)
            signal.signal(signal.SIGTERM, _terminate)
        options["standalone_mode"] = False
        try:
            code = super().main(args, *rest, **options)
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):  # before or after the command's own work
            code = self._code_of(ExitCode.INTERRUPTED)
        except Terminated:
            code = self._code_of(ExitCode.TERMINATED)
        if is_own:  # while the interpreter is taken apart there is nothing left to interrupt
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
        sys.exit(int(code or ExitCode.OK))

    def invoke(self, ctx: click.Context) -> Any:
        """Do the command's work and return the exit code it comes to."""
        try:
            return super().invoke(ctx)
        except OrderflowError as error:
            click.echo(f"Error: {error}", err=True)
            return error.exit_code
        except KeyboardInterrupt:
            return self._code_of(ExitCode.INTERRUPTED)
        except Terminated:
            return self._code_of(ExitCode.TERMINATED)
        except BrokenPipeError:
            return _end_of_output()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - a bug keeps its traceback, and gets its exit code
            traceback.print_exc()
            return ExitCode.INTERNAL

    def _code_of(self, end: ExitCode) -> ExitCode:
        return end if end in self.ends_with else ExitCode.OK


class ShellGroup(ShellCommand, click.Group):
    """A command with subcommands, each of which declares its own exit codes."""

    command_class = ShellCommand


class Terminated(SystemExit):
    """SIGTERM has come; as a SystemExit it also ends loops that let only such pass."""


def exit_codes_help(ends_with: Sequence[ExitCode]) -> str:
    """Return the end of a command's `--help`: the exit codes it can end with."""
    lines = [f"  {code:<4} {ExitCode(code).meaning}" for code in sorted(ends_with)]
    return "\n".join(("\b", "Exit codes:", *lines))


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated(ExitCode.TERMINATED)


def _end_of_output() -> ExitCode:
    """Let nothing more be written to a standard output that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return ExitCode.OK
