"""What is the same around every command: how it ends, whatever happens in it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from shared.command_line.shell import ShellCommand, ShellGroup, Terminated
from shared.errors import NoInputError
from shared.exit_codes import ExitCode

ROOT = Path(__file__).parents[3]
SOME = (ExitCode.OK, ExitCode.USAGE, ExitCode.NO_INPUT, ExitCode.INTERNAL)
ALL = (*SOME, ExitCode.INTERRUPTED, ExitCode.TERMINATED)

DOES: dict[str, Callable[[], ExitCode | None]] = {}


def does(work: Callable[[], ExitCode | None]) -> Callable[[], ExitCode | None]:
    DOES[work.__name__] = work
    return work


@does
def nothing() -> None:
    pass


@does
def tells() -> ExitCode:
    return ExitCode.PARTIAL_DATA


@does
def fails() -> ExitCode:
    raise NoInputError("the folder is empty")


@does
def breaks() -> ExitCode:
    raise RuntimeError("a bug")


@does
def is_interrupted() -> ExitCode:
    raise KeyboardInterrupt


@does
def is_terminated() -> ExitCode:
    raise Terminated


@does
def leaves() -> ExitCode:
    click.get_current_context().exit(3)


@does
def asks() -> ExitCode:
    raise click.UsageError("no such thing")


@does
def has_no_reader() -> ExitCode:
    raise BrokenPipeError


def group() -> ShellGroup:
    @click.group(cls=ShellGroup, invoke_without_command=True, ends_with=SOME)
    @click.option("--work", type=click.Choice(list(DOES)))
    def main(work: str | None) -> ExitCode | None:
        return DOES[work]() if work else None

    @main.command(ends_with=ALL)
    @click.argument("work", type=click.Choice(list(DOES)))
    def sub(work: str) -> ExitCode | None:
        return DOES[work]()

    return main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group(), arguments)


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        ("nothing", 0, ""),
        ("tells", 65, ""),
        ("fails", 66, "Error: the folder is empty\n"),
        ("leaves", 3, ""),
        ("has_no_reader", 0, ""),
    ],
)
def test_a_command_and_a_subcommand_end_the_same_way(work: str, code: int, said: str) -> None:
    for result in (run("sub", work), run("--work", work)):
        assert (result.exit_code, result.output) == (code, said)


def test_a_bug_keeps_its_traceback_and_gets_its_code() -> None:
    for result in (run("sub", "breaks"), run("--work", "breaks")):
        assert result.exit_code == ExitCode.INTERNAL
        assert "Traceback" in result.output
        assert result.output.endswith("RuntimeError: a bug\n")


@pytest.mark.parametrize(("work", "code"), [("is_interrupted", 130), ("is_terminated", 143)])
def test_a_signal_has_a_code_where_it_is_declared_and_is_an_end_in_peace_elsewhere(
    work: str, code: int
) -> None:
    assert (run("sub", work).exit_code, run("sub", work).output) == (code, "")
    assert (run("--work", work).exit_code, run("--work", work).output) == (0, "")


@pytest.mark.parametrize("arguments", [["--no"], ["sub"], ["sub", "no"], ["sub", "asks"]])
def test_wrong_usage_is_told_as_click_does(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "Usage: " in result.output
    assert "Error: " in result.output


def test_help_ends_with_the_codes_of_this_command_alone() -> None:
    assert run("--help").output.endswith(
        "  Exit codes:\n"
        "    0    done, or stopped as asked\n"
        "    2    usage: an option or argument that is none or cannot be used\n"
        "    66   nothing to process\n"
        "    70   internal error\n"
    )
    assert run("sub", "--help").output.endswith(
        "    130  ended by Ctrl-C\n    143  ended by SIGTERM\n"
    )


def test_every_code_has_a_meaning() -> None:
    assert all(code.meaning for code in ExitCode)


PROGRAM = """
import sys, signal, logging, click
sys.path.insert(0, {root!r})
from shared.command_line.shell import ShellCommand
from shared.exit_codes import ExitCode as E

@click.command(cls=ShellCommand, ends_with=(E.OK, E.INTERRUPTED, E.TERMINATED))
def main():
    logging.getLogger("x").info("at work")
    signal.pause()

main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_as_a_process_it_logs_and_ends_at_a_signal_without_a_traceback(
    number: signal.Signals, code: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(root=str(ROOT))], stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert child.stderr.readline().endswith("INFO    x: at work\n")
        child.send_signal(number)
        _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (code, "")


def test_output_that_nobody_reads_any_more_is_no_error() -> None:
    code = PROGRAM.format(root=str(ROOT)).replace(
        "signal.pause()", "[click.echo('x' * 1000) for _ in range(1000)]"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.stderr is not None
        said = child.stderr.read()
        assert child.wait(30) == 0
    assert said.count("\n") == 1, said


@pytest.mark.parametrize(("end", "code"), [("INTERRUPTED", 130), ("OK", 0)])
def test_an_interrupt_while_the_command_is_imported_ends_it_in_peace(
    tmp_path: Path, end: str, code: int
) -> None:
    (tmp_path / "slow.py").write_text("raise KeyboardInterrupt")
    program = (
        "from shared.command_line.start import start\n"
        "from shared.exit_codes import ExitCode\n"
        f"start('slow:main', interrupted=ExitCode.{end})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")


def test_a_command_of_ours_may_be_called_as_click_s_own() -> None:
    command = ShellCommand("x", callback=lambda: 7, ends_with=SOME)
    assert CliRunner().invoke(command, []).exit_code == 7
