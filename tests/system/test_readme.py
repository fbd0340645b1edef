"""The README tells of every command, option, exit code and published file there is."""

import importlib
from collections.abc import Iterable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from shared.command_line.shell import ShellCommand
from shared.exit_codes import ExitCode
from shared.run_files.run_directory import RunDirectory
from shared.series import SERIES, Series

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
POLICY = (ROOT / "docs" / "supervisor.md").read_text("utf-8")
COMMANDS: dict[str, ShellCommand] = {
    "process": importlib.import_module("processor.main").main,
    "visualize": importlib.import_module("visualizer.app").main,
    "supervise": importlib.import_module("supervisor.main").main,
    "export": importlib.import_module("orderflow.export.command").main,
    "import": importlib.import_module("recorder.importers.command").main,
    "record": importlib.import_module("recorder.live.command").main,
}
SIMULATOR: ShellCommand = importlib.import_module("recorder.simulator.command").main
SERVE: ShellCommand = importlib.import_module("recorder.simulator.exchange.command").main
EVERY_COMMAND = {
    **COMMANDS,
    **COMMANDS["supervise"].commands,
    "simulator": SIMULATOR,
    "serve": SERVE,
}


def rows_below(heading: str, text: str = README) -> list[list[str]]:
    """Return the cells of the table whose first line begins with `heading`."""
    lines = text.split(f"\n{heading}")[1].split("\n")[2:]
    table = lines[: next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def named(cell: str, everything: Iterable[str]) -> set[str]:
    return set(everything) if cell == "all" else {name.strip() for name in cell.split(",")}


def options_of(command: click.Command) -> dict[str, click.Option]:
    return {
        next(name for name in parameter.opts if name.startswith("--")): parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }


def test_every_command_is_told() -> None:
    assert [name for name in COMMANDS if f"`orderflow-{name}`" not in README] == []


def test_every_option_is_told_with_its_default_and_the_commands_that_take_it() -> None:
    told: dict[str, tuple[str, set[str]]] = {}
    for names, defaults, commands, _ in rows_below("| option |"):
        for name, default in zip(names.split(", "), defaults.split(", "), strict=True):
            told[name.strip("`")] = (default.strip("`"), named(commands, COMMANDS))
    taken: dict[str, tuple[str, set[str]]] = {}
    for command, its in COMMANDS.items():
        for name, option in options_of(its).items():
            if f"`{name}`" in POLICY and name not in told:
                continue  # of the restart policy, which has a document of its own
            _, commands_so_far = taken.setdefault(name, (default_of(option), set()))
            commands_so_far.add(command)
    assert told == taken


def default_of(option: click.Option) -> str:
    if isinstance(option.show_default, str):
        return option.show_default.replace("at start ", "").replace("--host", "`--host`")
    if option.is_flag:
        return "off"
    if option.required:
        return "required"
    default = option.default
    return f"./{default}" if default == Path("run") else str(default)


def test_every_exit_code_is_told_with_its_meaning_and_the_commands_that_end_with_it() -> None:
    told = {
        int(code): (meaning, named(commands, EVERY_COMMAND))
        for code, meaning, commands in rows_below("| exit code |")
    }
    declared = {
        int(code): (
            code.meaning,
            {name for name, command in EVERY_COMMAND.items() if code in command.ends_with},
        )
        for code in ExitCode
        if any(code in command.ends_with for command in EVERY_COMMAND.values())
    }
    assert told == declared


def test_the_exit_codes_of_a_run_are_told_in_its_own_document() -> None:
    told = [int(code) for code, _ in rows_below("| code | when |", POLICY)]
    assert told == sorted(COMMANDS["supervise"].ends_with)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_help_ends_with_what_the_command_declares(name: str) -> None:
    command = EVERY_COMMAND[name]
    epilogue = CliRunner().invoke(command, ["--help"]).output.partition("Exit codes:")[2]
    told = [int(line.split()[0]) for line in epilogue.splitlines() if line.strip()]
    assert told == sorted(command.ends_with)


def test_every_published_file_is_told() -> None:
    run = RunDirectory(Path("run"))
    paths = [*run.published, run.supervisor_status, run.events, run.checkpoint, run.suspects]
    assert [path.name for path in paths if path.name not in README] == []


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_every_series_is_told_with_its_columns(series: Series) -> None:
    row = next(line for line in README.splitlines() if f"`data/{series.file}`" in line)
    assert f"[{', '.join(series.column_names)}]" in row


def test_the_plain_lines_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("$(BIN)", ".venv/bin")
    recipes = [line.strip().replace("--quiet ", "") for line in makefile.splitlines()]
    plain = README.split("## Without make")[1].split("```")[1].splitlines()
    lines = [line.strip() for line in plain if ".venv/bin/" in line]
    assert len(lines) >= 5
    assert [line for line in lines if line not in recipes] == []
