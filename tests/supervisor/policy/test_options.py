"""The numbers of the policy on the command line."""

import click
import pytest
from click.testing import CliRunner

from shared.command_line.options import with_options
from supervisor.policy.options import POLICY_OPTIONS, make_policy
from supervisor.policy.restart_policy import RestartPolicy


@click.command()
@with_options(POLICY_OPTIONS)
def command(**values: float) -> None:
    policy = make_policy(values)
    click.echo(repr(policy))
    assert values == {}


def run(*arguments: str) -> str:
    return CliRunner(env={"ORDERFLOW_STOP_GRACE": "2.5"}).invoke(command, arguments).output


def test_without_options_the_policy_is_the_declared_one_and_the_environment_counts() -> None:
    assert run() == f"{RestartPolicy(stop_grace_s=2.5)!r}\n"


def test_each_option_sets_its_number() -> None:
    told = run("--max-failures-in-a-row", "0", "--healthy", "1.5", "--stop-grace", "3")
    assert told == f"{RestartPolicy(max_failures_in_a_row=0, healthy_s=1.5)!r}\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--backoff-jitter", "1"), ("--memory-strikes", "0"), ("--healthy", "-1")],
)
def test_a_number_that_makes_no_sense_is_refused(option: str, value: str) -> None:
    assert f"Invalid value for '{option}'" in run(option, value)
