"""docs/supervisor.md tells of every event, option, command and exit code there is."""

import re
from dataclasses import fields

from shared.run_files.supervisor_status import WorkerState
from supervisor.main import main
from supervisor.policy.restart_policy import RestartPolicy
from tests.supervisor.harness import ROOT

TEXT = (ROOT / "docs" / "supervisor.md").read_text("utf-8")


def test_every_event_is_documented() -> None:
    told = set()
    for file in (ROOT / "supervisor").rglob("*.py"):
        source = file.read_text("utf-8")
        told |= set(re.findall(r'(?:Report|Event|_say|_on_turn)\(\s*"([a-z_]+)"', source))
        told |= set(re.findall(r'"(file_[a-z]+|not_ready|ready|running)" (?:if|else)', source))
        told |= set(re.findall(r'else "(file_[a-z]+|ready)"', source))
    assert len(told) > 20
    assert sorted(name for name in told if f"`{name}`" not in TEXT) == []


def test_every_state_is_documented() -> None:
    assert [state for state in WorkerState if state not in TEXT] == []


def test_every_number_of_the_policy_is_documented() -> None:
    options = [f"--{f.name.removesuffix('_s').replace('_', '-')}" for f in fields(RestartPolicy)]
    assert [option for option in options if f"`{option}`" not in TEXT] == []


def test_every_command_is_documented_and_has_help() -> None:
    for name, command in main.commands.items():
        assert f"`orderflow-supervise {name}" in TEXT
        assert command.help
