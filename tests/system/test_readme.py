"""The README tells of every command, option, exit code and published file there is."""

import importlib
from pathlib import Path

import click
import pytest

from shared.exit_codes import ExitCode
from shared.run_files.run_directory import RunDirectory

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
POLICY = (ROOT / "docs" / "supervisor.md").read_text("utf-8")
COMMANDS = {
    "orderflow-process": "processor.main",
    "orderflow-visualize": "visualizer.app",
    "orderflow-supervise": "supervisor.main",
}


def options_of(command: click.Command) -> list[str]:
    return [
        next(name for name in parameter.opts if name.startswith("--"))
        for parameter in command.params
        if isinstance(parameter, click.Option)
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_told(name: str) -> None:
    command = importlib.import_module(COMMANDS[name]).main
    assert f"`{name}`" in README
    assert options_of(command)
    missing = [o for o in options_of(command) if f"`{o}`" not in README + POLICY]
    assert missing == []


def test_every_exit_code_is_told() -> None:
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("|")]
    told = {code.strip() for row in rows for code in row.split(",")}
    asked = {code for code in ExitCode if code.name not in {"NOT_RUNNING", "DEGRADED"}}
    assert {str(int(code)) for code in asked} <= told


def test_every_published_file_is_told() -> None:
    run = RunDirectory(Path("run"))
    paths = [*run.published, run.supervisor_status, run.events, run.checkpoint, run.suspects]
    assert [path.name for path in paths if path.name not in README] == []


def test_the_plain_lines_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("$(BIN)", ".venv/bin")
    recipes = [line.strip().replace("--quiet ", "") for line in makefile.splitlines()]
    plain = README.split("## Without make")[1].split("```")[1].splitlines()
    lines = [line for line in plain if line.startswith(".venv/bin/")]
    assert len(lines) >= 6
    assert [line for line in lines if line not in recipes] == []
