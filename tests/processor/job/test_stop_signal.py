"""The stop signal: the first is remembered, the second ends the process at once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

STUBBORN = """
from processor.job.stop_signal import StopSignal
stop = StopSignal()
stop.install()
print("installed", flush=True)
while not stop.received:
    pass
print(stop.received.name, flush=True)
while True:  # work that never looks up again
    pass
"""


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_the_first_signal_is_remembered_and_any_second_one_ends_the_process(
    first: signal.Signals, second: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "installed\n"
            child.send_signal(first)
            assert child.stdout.readline() == f"{first.name}\n"
            child.send_signal(second)
            assert child.wait(timeout=30) == -second
        finally:
            child.kill()
