"""The changed levels of an hour of recording through the books of other projects.

Each peer gets an environment of its own in the scratch folder, from wheels, and runs there in a
process of its own; one that cannot be installed is skipped, and said to be.

Example:
  python -m benchmarks.peers_book SCRATCH_DIR
"""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from benchmarks.recordings import make_recording
from benchmarks.straight_pipeline import read_rows

REPEATS = 5
INSTALL_SECONDS = 600
EVENT = np.dtype(
    [("row", "i8"), ("timestamp_ms", "i8"), ("is_bid", "?"), ("price", "f8"), ("size", "f8")]
)
"""One changed level, as handed to the peers; size 0 removes it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A project whose book is compared, and what the comparison does and does not cover."""

    requirement: str
    script: str
    does: str
    does_not: str


PEERS = (
    Peer(
        "nautilus_trader",
        "nautilus_book.py",
        "keeps an exact L2 book in Rust, driven from Python by one batch of deltas a row",
        "read the recording, decode text or make bars; its OBI goes through Python level objects",
    ),
    Peer(
        "hftbacktest",
        "hftbacktest_book.py",
        "keeps one L2 book for the exchange and one for the trader, driven by compiled code",
        "read the recording, decode text or make bars; levels come as a ready array in memory",
    ),
)


@dataclass(frozen=True, slots=True)
class PeerResult:
    """What a peer measured: changed levels per second by what was done, and its last touch."""

    peer: Peer
    version: str
    touch: tuple[float, float]
    events_per_second: dict[str, float]


class PeerUnavailableError(Exception):
    """A peer cannot be installed or run on this machine."""


def read_events(paths: Sequence[Path]) -> npt.NDArray[np.void]:
    """Return every changed level of the recording `paths`, of dtype `EVENT`, in its order."""
    return np.array(list(_events(paths)), dtype=EVENT)


def measure_peer(
    peer: Peer, events: npt.NDArray[np.void], scratch_dir: Path, repeats: int = REPEATS
) -> PeerResult:
    """Install `peer` in `scratch_dir`, let it apply `events`, and return what it measured.

    Raises PeerUnavailableError when it cannot be installed or does not run.
    """
    python = _install(peer, scratch_dir)
    events_file = scratch_dir / "events.npy"
    np.save(events_file, events)
    script = Path(__file__).parent / "peers" / peer.script
    output = _call([python, script, events_file, repeats], peer, "does not run")
    measured = json.loads(output)
    return PeerResult(
        peer, measured["version"], tuple(measured["touch"]), measured["events_per_second"]
    )


def _events(paths: Sequence[Path]) -> Iterator[tuple[int, int, bool, float, float]]:
    rows = read_rows(paths, "SELECT timestamp, bids, asks FROM book ORDER BY id")
    for row, (timestamp_ms, bids, asks) in enumerate(rows):
        for is_bid, text in ((True, bids), (False, asks)):
            for price, size, *_ in orjson.loads(text):
                yield row, timestamp_ms, is_bid, float(price), float(size)


def _install(peer: Peer, scratch_dir: Path) -> Path:
    """Return the Python of an environment that has `peer`, which stays for the next run."""
    folder = scratch_dir / f"venv-{Path(peer.requirement).name}"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    is_installed = folder / "installed"
    if not is_installed.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        _call([*pip, peer.requirement], peer, "cannot be installed from wheels")
        is_installed.touch()
    return python


def _call(command: Sequence[object], peer: Peer, complaint: str) -> str:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerUnavailableError(
            f"{peer.requirement} {complaint}: no end after {INSTALL_SECONDS} s"
        ) from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise PeerUnavailableError(f"{peer.requirement} {complaint}: {reason}")
    return done.stdout


def main(scratch_dir: Path) -> None:
    """Measure every peer on an hour of simulated recording and print what they reached."""
    events = read_events(make_recording(scratch_dir, "1h"))
    print(f"{len(events):,} changed levels in {events['row'][-1] + 1:,} rows")
    for peer in PEERS:
        try:
            result = measure_peer(peer, events, scratch_dir)
        except PeerUnavailableError as error:
            print(f"\nskipped: {error}")
            continue
        bid, ask = result.touch
        print(f"\n{peer.requirement} {result.version}, touch at the end {bid:.1f} / {ask:.1f}")
        for what, rate in result.events_per_second.items():
            print(f"  {rate / 1e6:6.2f} million/s  {what}")
        print(f"  does: {peer.does}\n  does not: {peer.does_not}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
