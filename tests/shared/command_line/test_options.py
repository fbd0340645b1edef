"""The options that the commands share."""

import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from shared.command_line.options import JOB_OPTIONS, PAGE_OPTIONS, make_job, with_options
from shared.errors import UsageError
from shared.exit_codes import OUTSIDE_FAILURES, PERMANENT_FAILURES, ExitCode
from shared.job import Job, TimeRange


def invoke(*arguments: str, env: dict[str, str] | None = None) -> tuple[Result, dict[str, Any]]:
    seen: dict[str, Any] = {}

    @click.command()
    @with_options(JOB_OPTIONS, PAGE_OPTIONS)
    def command(**options: Any) -> None:
        seen.update(options)

    return CliRunner().invoke(command, arguments, env=env), seen


def test_without_options_the_defaults_hold() -> None:
    result, options = invoke()
    assert result.exit_code == 0
    assert options == {
        "instrument": "BTC-USDT",
        "from_ms": 1_751_328_000_000,
        "to_ms": 1_754_006_400_000,
        "data_dir": Path("../data/OKX"),
        "run_dir": Path("./run"),
        "window_seconds": 60,
        "depth_levels": 50,
        "snapshots": "guess",
        "history": "full",
        "host": "127.0.0.1",
        "port": 8050,
        "poll_ms": 500,
        "token": None,
    }


def test_help_shows_the_options_in_their_order_each_with_help_and_variable() -> None:
    result, _ = invoke("--help")
    names = ["instrument", "from", "to", "data-dir", "run-dir", "window-seconds", "depth-levels"]
    names += ["snapshots", "history", "host", "port", "poll-ms", "token"]
    text = " ".join(result.output.split())
    positions = [text.index(f" --{name} ") for name in names]
    assert positions == sorted(positions)
    for name in names:
        assert f"env var: ORDERFLOW_{name.replace('-', '_').upper()}" in text
    assert text.count("default: ") == len(names)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--window-seconds", "0"),
        ("--depth-levels", "0"),
        ("--window-seconds", "100000000000000000"),
        ("--depth-levels", "100000000000000000000"),
        ("--to", "9999-12-31T23:59:59-14:00"),
        ("--from", "0001-01-01T00:00:00+14:00"),
        ("--port", "65536"),
        ("--port", "-1"),
        ("--poll-ms", "49"),
        ("--from", "soon"),
        ("--to", "2025-02-29"),
    ],
)
def test_a_value_out_of_bounds_is_a_usage_error_that_names_the_option(
    option: str, value: str
) -> None:
    result, _ = invoke(option, value)
    assert result.exit_code == ExitCode.USAGE
    assert f"Invalid value for '{option}'" in result.output


def test_a_variable_gives_a_value_and_the_command_line_wins() -> None:
    env = {"ORDERFLOW_FROM": "1970-01-02", "ORDERFLOW_DEPTH_LEVELS": "7"}
    assert invoke(env=env)[1]["from_ms"] == 86_400_000
    assert invoke("--depth-levels", "9", env=env)[1]["depth_levels"] == 9


def test_an_empty_variable_counts_as_none() -> None:
    _, options = invoke(env={"ORDERFLOW_INSTRUMENT": "", "ORDERFLOW_TOKEN": ""})
    assert (options["instrument"], options["token"]) == ("BTC-USDT", None)


def values(**changed: Any) -> dict[str, Any]:
    return {
        "instrument": "X",
        "from_ms": 1,
        "to_ms": 2,
        "data_dir": Path("d"),
        "run_dir": Path("r"),
        "window_seconds": 60,
        "depth_levels": 50,
    } | changed


def test_an_instrument_that_is_no_text_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"expected an instrument in UTF-8, found BT\\xc7"):
        make_job(**values(instrument="BT\udcc7"))


def test_the_values_make_a_job() -> None:
    assert make_job(**values()) == Job("X", TimeRange(1, 2), Path("d"), Path("r"), 60, 50)


@pytest.mark.parametrize("instrument", ["", "  ", "a/b", "..\\b", "../x"])
def test_an_instrument_that_is_no_name_is_a_usage_error(instrument: str) -> None:
    with pytest.raises(UsageError, match="expected an instrument like BTC-USDT, found"):
        make_job(**values(instrument=instrument))


def test_a_range_that_does_not_go_forward_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="expected --from before --to"):
        make_job(**values(to_ms=1))


def test_only_what_the_user_typed_is_for_no_restart_to_mend() -> None:
    assert {2, 66} <= PERMANENT_FAILURES
    assert not {0, 65, 70, 130, 143} & PERMANENT_FAILURES
    assert not PERMANENT_FAILURES & OUTSIDE_FAILURES
    assert {73, 75} <= OUTSIDE_FAILURES


def test_a_run_directory_that_cannot_be_read_is_no_wrong_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments, **_options: False)
    result, seen = invoke("--run-dir", str(tmp_path))
    assert (result.exit_code, seen["run_dir"]) == (0, tmp_path)
