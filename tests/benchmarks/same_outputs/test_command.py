"""The command `python -m benchmarks.same_outputs` finds what differs, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.same_outputs.__main__ import main
from benchmarks.same_outputs.reference import Reference
from tests.benchmarks.same_outputs.fake_checkout import WriteCheckout


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def reference(
    tmp_path_factory: pytest.TempPathFactory, checkout: WriteCheckout, recordings: Path
) -> Path:
    path = tmp_path_factory.mktemp("reference") / "reference.json"
    done = run("record", "--checkout", checkout(), "--inputs", recordings, "--out", path)
    assert done.exit_code == 0, done.output
    return path


def test_equal_checkouts_are_equal(reference: Path, checkout: WriteCheckout) -> None:
    done = run("compare", "--checkout", checkout(), "--reference", reference)
    # 9 of the recording, 9 of the demo, 12 mistakes, 5 simulations, 2 helps
    assert (done.exit_code, done.stdout) == (0, "37 cases compared, 0 different\n")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("102.0,3.0", "102.0,3.1", "okx/BTC-USDT: ohlc_data.json: from character 30 on"),
        ("sys.exit(65)", "sys.exit(0)", "okx/BTC-USDT: exit code: from character 0 on"),
        ("[OPTIONS]", "[OPTION]", "help orderflow-process: printed: "),
        ('"bad_size":1', '"bad_size":2', "okx/BTC-USDT: status skipped: from character 13 on"),
        ("skipped row 2", "skipped row 3", "okx/BTC-USDT: notices: from character 20 on"),
        (
            "shutil.copy(",
            "(Path(out_dir) / 'BTC-USDT-25-07-01.db').write_text(",
            "simulator --hours 0.01: BTC-USDT-25-07-01.db: from character 7 on",
        ),
    ],
    ids=["byte", "exit-code", "help", "status", "notice", "simulation"],
)
def test_a_difference_is_named(
    reference: Path, checkout: WriteCheckout, old: str, new: str, named: str
) -> None:
    done = run("compare", "--checkout", checkout(old, new), "--reference", reference)
    assert done.exit_code == 1
    assert named in done.stdout


def test_a_changed_byte_is_shown_with_what_was_expected(
    reference: Path, checkout: WriteCheckout
) -> None:
    new = checkout("102.0,3.0", "102.0,3.1")
    done = run("compare", "--checkout", new, "--reference", reference, "--only", "okx/BTC-USDT")
    assert done.stdout.splitlines()[:3] == [
        "okx/BTC-USDT: ohlc_data.json: from character 30 on",
        "expected [[0,100.0,102.0,100.0,102.0,3.0]]",
        "found    [[0,100.0,102.0,100.0,102.0,3.1]]",
    ]
    assert done.stdout.splitlines()[-1] == "1 cases compared, 1 different"


@pytest.mark.parametrize(
    ("old", "new", "passed_over"),
    [
        ("[OPTIONS]", "[OPTION]", ("--ignore-help", "orderflow-process")),
        ('"skipped"', '"dropped"', ("--ignore", "*: status skipped")),
    ],
    ids=["help", "part"],
)
def test_what_was_to_change_is_passed_over(
    reference: Path, checkout: WriteCheckout, old: str, new: str, passed_over: tuple[str, ...]
) -> None:
    asked = ("compare", "--checkout", checkout(old, new), "--reference", reference)
    assert run(*asked).exit_code == 1
    assert run(*asked, *passed_over).exit_code == 0


def test_code_may_move(reference: Path, checkout: WriteCheckout) -> None:
    new = checkout("processor.", "job.run.", simulator_in="recorder")
    assert run("compare", "--checkout", new, "--reference", reference).exit_code == 0


def test_a_command_that_is_gone_is_a_difference(reference: Path, checkout: WriteCheckout) -> None:
    new = checkout()
    (new / ".venv" / "bin" / "orderflow-process").unlink()
    done = run("compare", "--checkout", new, "--reference", reference, "--only", "help *")
    assert done.exit_code == 1
    assert "none, there is no such command" in done.stdout


def test_recordings_that_have_changed_since_are_an_error(
    reference: Path, checkout: WriteCheckout, recordings: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.json"
    digests = dict.fromkeys(Reference.read(reference).inputs, "that of other recordings")
    replace(Reference.read(reference), inputs=digests).write(changed)
    done = run("compare", "--checkout", checkout(), "--reference", changed, "--only", "okx/*")
    assert done.exit_code == 1
    assert f"{recordings / 'okx'}: changed since the reference was made" in done.stderr


def test_a_run_that_leaves_something_beside_its_recording_is_an_error(
    reference: Path, checkout: WriteCheckout, recordings: Path
) -> None:
    litter = recordings / "okx" / "BTC-USDT-25-07-01.db-shm"
    new = checkout("sys.exit(65)", f"Path({str(litter)!r}).touch(); sys.exit(65)")
    done = run("compare", "--checkout", new, "--reference", reference, "--only", "okx/*")
    litter.unlink()
    assert done.exit_code == 1
    assert "okx: changed by the run, which may only read them" in done.stderr


def test_a_pattern_without_a_case_is_a_mistake(reference: Path, checkout: WriteCheckout) -> None:
    done = run(*("compare", "--checkout", checkout(), "--reference", reference, "--only", "ok"))
    assert done.exit_code == 2
