"""A processor that works: beats, publishes a file, and misbehaves as its arguments say."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

from shared.run_files.atomic_file import write_json
from shared.worker_link import WorkerLink, enter_worker


@click.command()
@click.option("--data", type=click.Path(path_type=Path))
@click.option("--exit-code", default=0)
@click.option("--exit-after", type=float)
@click.option("--import-seconds", default=0.0)
@click.option("--ignore-term", is_flag=True)
@click.option("--stuck", is_flag=True, help="Stop working after a second; a side thread goes on.")
@click.option("--grandchild", type=click.Choice(["plain", "session"]))
@click.option("--flood-bytes", default=0)
@click.option("--grab-bytes", default=0)
@click.option("--silent-files", is_flag=True)
@click.option("--first-words", default="")
@click.option("--last-words", default="")
@click.option("--without-prctl", is_flag=True)
def main(
    data: Path | None,
    exit_code: int,
    exit_after: float | None,
    import_seconds: float,
    ignore_term: bool,
    stuck: bool,
    grandchild: str | None,
    flood_bytes: int,
    grab_bytes: int,
    silent_files: bool,
    first_words: str,
    last_words: str,
    without_prctl: bool,
) -> None:
    """Work until told otherwise."""
    time.sleep(import_seconds)
    if without_prctl:
        sys.platform = "elsewhere"  # so that the worker ties itself by the pipe alone
    link = enter_worker()
    if first_words:
        click.echo(first_words)
    if ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if grandchild:
        _start_grandchild(own_session=grandchild == "session")
    if flood_bytes:
        _flood(link, flood_bytes)
    ballast = bytearray(os.urandom(1024) * (grab_bytes // 1024))
    if stuck:
        threading.Thread(target=_side_thread, daemon=True).start()
    _work(link, data, exit_after, stuck=stuck, is_silent=silent_files)
    del ballast
    if last_words:
        sys.stderr.write(last_words + "\n")
    sys.exit(exit_code)


def _work(
    link: WorkerLink, data: Path | None, exit_after: float | None, *, stuck: bool, is_silent: bool
) -> None:
    began = time.monotonic()
    rounds = 0
    while exit_after is None or time.monotonic() - began < exit_after:
        rounds += 1
        link.heartbeat({"rounds": rounds})
        if data is not None and not (is_silent and rounds > 1):
            data.mkdir(parents=True, exist_ok=True)
            write_json(data / "ohlc_data.json", [[rounds * 60_000, 1, 2, 0.5, 1.5, 10]])
        if stuck and time.monotonic() - began > 1:
            threading.Event().wait()
        time.sleep(0.05)


def _side_thread() -> None:
    while True:
        click.echo("the side thread lives")
        time.sleep(0.2)


def _start_grandchild(*, own_session: bool) -> None:
    # It inherits stdout, as a careless program's would.
    child = subprocess.Popen(
        (sys.executable, "-c", "import time; time.sleep(600)"), start_new_session=own_session
    )
    click.echo(f"grandchild {child.pid}")


def _flood(link: WorkerLink, size: int) -> None:
    line = b"x" * 99 + b"\n"
    block = line * 10_000
    for number in range(size // len(block)):
        link.heartbeat({"blocks": number})
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
