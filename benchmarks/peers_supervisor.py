"""Measure kill-to-restart of Supervisor and circus beside ours: same worker, same run.

Run it as `python -m benchmarks.peers_supervisor`. The two are installed into a scratch environment,
never into ours: the package Supervisor is imported by the name of our own folder.
"""

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.kill_to_restart import Latency, measure, worker_command
from benchmarks.supervisor_bench import kill_to_restart

KILLS = 20


def install(folder: Path) -> Path:
    """Make an environment with both peers and return its folder of commands."""
    venv.create(folder, with_pip=True)
    commands = folder / "bin"
    packages = ("supervisor", "circus", "setuptools<81")
    subprocess.run([commands / "python", "-m", "pip", "install", "--quiet", *packages], check=True)
    return commands


@contextmanager
def running(*command: object) -> Iterator[None]:
    """Run a peer while the context lasts."""
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def measure_supervisord(commands: Path, folder: Path) -> Latency:
    """Measure Supervisor; `startsecs=0` spares it the second it waits to call a start good."""
    script, starts = _worker_script(folder, "supervisord")
    settings = folder / "supervisord.conf"
    settings.write_text(
        f"[supervisord]\nnodaemon=true\nlogfile={folder}/supervisord.log\n"
        f"pidfile={folder}/supervisord.pid\n"
        f"[program:worker]\ncommand=/bin/sh {script}\n"
        "autorestart=true\nstartsecs=0\nstartretries=1000000\n"
    )
    with running(commands / "supervisord", "-c", settings):
        return Latency.of(measure(starts, KILLS, lambda: time.sleep(0.05)))


def measure_circus(commands: Path, folder: Path) -> Latency:
    """Measure circus with its own defaults, but for the number of restarts it allows."""
    script, starts = _worker_script(folder, "circus")
    settings = folder / "circus.ini"
    settings.write_text(
        f"[circus]\nendpoint=ipc://{folder}/c1\npubsub_endpoint=ipc://{folder}/c2\n"
        f"[watcher:worker]\ncmd=/bin/sh {script}\nmax_retry=-1\ncopy_env=True\n"
    )
    with running(commands / "circusd", settings):
        return Latency.of(measure(starts, KILLS, lambda: time.sleep(0.05)))


def _worker_script(folder: Path, name: str) -> tuple[Path, Path]:
    starts = folder / f"{name}.starts"
    script = folder / f"{name}.sh"
    script.write_text(worker_command(starts)[2] + "\n")
    return script, starts


def main() -> int:
    """Measure all three and print each with its ratio to ours."""
    ours = kill_to_restart()
    print(f"orderflow   median {ours.median:8.1f} ms   p99 {ours.p99:8.1f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            commands = install(folder / "venv")
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"Supervisor and circus cannot be installed here: {error}", file=sys.stderr)
            return 0
        for peer, measure_peer in (
            ("supervisord", measure_supervisord),
            ("circus", measure_circus),
        ):
            theirs = measure_peer(commands, folder)
            print(
                f"{peer:<11} median {theirs.median:8.1f} ms   p99 {theirs.p99:8.1f} ms"
                f"   {theirs.median / ours.median:6.1f} times ours"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
