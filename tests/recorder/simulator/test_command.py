"""The command `python -m recorder.simulator`, as a user and as `make demo` call it."""

import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from recorder.simulator.command import main

SHORT = ["--hours", "0.01"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_writes_the_day_file_and_says_so(tmp_path):
    result = run(tmp_path / "demo", *SHORT)
    assert result.exit_code == 0
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["BTC-USDT-25-07-01.db"]
    assert "BTC-USDT-25-07-01.db" in result.stderr
    assert "simulated" in result.stderr


def test_if_absent_leaves_an_existing_file_alone(tmp_path):
    (tmp_path / "BTC-USDT-25-07-01.db").write_bytes(b"mine")
    result = run(tmp_path, *SHORT, "--if-absent")
    assert result.exit_code == 0
    assert (tmp_path / "BTC-USDT-25-07-01.db").read_bytes() == b"mine"
    assert len(result.stderr.splitlines()) == 1


def test_if_absent_writes_where_nothing_is(tmp_path):
    assert run(tmp_path, *SHORT, "--if-absent").exit_code == 0
    assert (tmp_path / "BTC-USDT-25-07-01.db").exists()


@pytest.mark.parametrize(
    ("option", "beginning"),
    [("--literal", "[['107200', '"), ("--numbers", "[[107200,0."), (None, '[["107200","')],
)
def test_level_forms(tmp_path, option, beginning):
    run(tmp_path, *SHORT, *([option] if option else []))
    content = (tmp_path / "BTC-USDT-25-07-01.db").read_bytes()
    assert beginning.encode() in content


@pytest.mark.parametrize(
    "arguments",
    [["--hours", "0"], ["--literal", "--numbers"], ["--start", "July"]],
    ids=["no hours", "two forms", "no date"],
)
def test_bad_options_are_usage_errors(tmp_path, arguments):
    assert run(tmp_path, *arguments).exit_code == 2


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = run(tmp_path / "file" / "demo", *SHORT)
    assert result.exit_code == 73
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_every_option_has_help_and_a_default():
    for option in main.params:
        if option.param_type_name == "option":
            assert option.help, option.name
            assert option.show_default, option.name


def test_a_killed_run_leaves_no_day_file_and_the_next_one_is_whole(tmp_path):
    command = [sys.executable, "-m", "recorder.simulator", str(tmp_path)]
    killed = subprocess.Popen([*command, "--hours", "24"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: any(path.stat().st_size > 1e6 for path in tmp_path.iterdir()))
    finally:
        killed.kill()
        killed.wait()
    assert not list(tmp_path.glob("*.db"))
    subprocess.run([*command, *SHORT], check=True, stderr=subprocess.DEVNULL)
    assert [path.name for path in tmp_path.iterdir()] == ["BTC-USDT-25-07-01.db"]


def wait_until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the simulator wrote nothing"
        time.sleep(0.02)  # between looks at a condition of another process
