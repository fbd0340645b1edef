"""docs/supervisor.md tells of every event, option, command and exit code there is."""

from dataclasses import fields

import pytest

from shared.event_kind import EventKind
from shared.events import ALL_KINDS
from shared.run_files.event_lines import HEADER
from shared.run_files.supervisor_status import WorkerState
from supervisor.main import main
from supervisor.policy.restart_policy import RestartPolicy
from tests.supervisor.harness import ROOT

TEXT = (ROOT / "docs" / "supervisor.md").read_text("utf-8")


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_every_event_is_documented_as_it_is_declared(kind: EventKind) -> None:
    [row] = [line for line in TEXT.splitlines() if line.startswith(f"| `{kind.name}` |")]
    _, _, levels, reads, _, _ = row.split("|")
    unusual = kind.unusual
    told = [kind.level] if unusual is None else [kind.level, unusual.level]
    assert levels.strip() == ", ".join(told)
    assert kind.sentence in reads
    assert unusual is None or (unusual.sentence in reads and f"`{unusual.field}`" in reads)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_every_field_of_an_event_is_documented(kind: EventKind) -> None:
    told = TEXT.partition("## The process status log")[2]
    fields = (*HEADER, *kind.always, *kind.sometimes)
    assert [field for field in fields if f"`{field}`" not in told] == []


def test_every_state_is_documented() -> None:
    assert [state for state in WorkerState if state not in TEXT] == []


def test_every_number_of_the_policy_is_documented() -> None:
    options = [f"--{f.name.removesuffix('_s').replace('_', '-')}" for f in fields(RestartPolicy)]
    assert [option for option in options if f"`{option}`" not in TEXT] == []


def test_every_command_is_documented_and_has_help() -> None:
    for name, command in main.commands.items():
        assert f"`orderflow-supervise {name}" in TEXT
        assert command.help
