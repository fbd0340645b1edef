"""A command started without standard streams works as any other."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLOSED = [">&-", "2>&-", "<&- >&- 2>&-"]

SAY = (
    "import sys; from shared.command_line.standard_streams import open_standard_streams\n"
    "open_standard_streams()\n"
    "with open(sys.argv[1], 'w') as file:\n"
    "    print('out'); print('err', file=sys.stderr); sys.stdin.read()\n"
    "    file.write(str(min(file.fileno(), 3)))\n"
)


def run_closed(which: str, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {which}', "sh", *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("which", CLOSED)
def test_a_file_opened_later_is_not_printed_into(tmp_path: Path, which: str) -> None:
    file = tmp_path / "file"
    done = run_closed(which, sys.executable, "-c", SAY, str(file))
    assert (done.returncode, file.read_text()) == (0, "3"), done.stderr


@pytest.mark.parametrize("which", CLOSED)
@pytest.mark.parametrize("package", ["processor", "visualizer", "supervisor"])
def test_every_command_ends_as_it_should_with_its_streams_closed(package: str, which: str) -> None:
    assert run_closed(which, sys.executable, "-m", package, "--no-such-option").returncode == 2
    assert run_closed(which, sys.executable, "-m", package, "--help").returncode == 0


SLOW = (
    "import sys, types; from shared.command_line.start import start\n"
    "sys.path.insert(0, sys.argv[1]); start('slow_to_import:run')\n"
)


def test_ctrl_c_amid_an_import_that_swallows_every_exception_ends_with_130(tmp_path: Path) -> None:
    (tmp_path / "slow_to_import.py").write_text(
        "print('importing', flush=True)\n"
        "import time\n"
        "ends_at = time.monotonic() + 30\n"
        "while time.monotonic() < ends_at:\n"
        "    try:\n"
        "        time.sleep(0.01)\n"
        "    except BaseException:\n"
        "        pass\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=15)
    assert (process.returncode, said) == (130, "")
