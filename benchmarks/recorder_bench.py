"""Measure the recorder against its goals, on the local exchange.

Example:
  python -m benchmarks.recorder_bench --speed 80
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.results import Figure, as_table, describe_machine, write_section
from tests.support.faithful import check_recording
from tests.support.local_exchange import LocalExchange, local_exchange
from tests.support.recorder_process import RecorderProcess, recorder

HOUR_SECONDS = 3600
WARM_SECONDS = 5.0
BURST = 20_000
STARTS = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """What the recorder has taken at a moment."""

    monotonic: float
    cpu_s: float
    messages: float
    rss_mb: float


def main() -> None:
    """Measure, print the table and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--speed",
        type=float,
        default=80.0,
        help="How fast the exchange is; 80 is about 1,000 messages a second.  [default: 80]",
    )
    speed = parser.parse_args().speed
    machine = describe_machine(("websockets", "msgspec", "orjson"))
    figures = [*measure_hour(speed), *measure_burst(), *measure_starts()]
    what = "the local exchange on the same cores, its real WebSocket, permessage-deflate"
    text = f"## Recorder\n\n{machine}; {what}\n\n{as_table(figures)}"
    print(text)
    write_section("recorder", text)


def measure_hour(speed: float) -> Iterator[Figure]:
    """Yield what an hour of the market costs, simulated fast."""
    with (
        tempfile.TemporaryDirectory() as folder,
        local_exchange("--speed", speed) as exchange,
        recorder(exchange, Path(folder)) as running,
    ):
        running.has_reached("rows", 100)
        time.sleep(WARM_SECONDS)
        moments, lags = [moment_of(running)], []
        while moments[-1].monotonic - moments[0].monotonic < HOUR_SECONDS / speed:
            time.sleep(1)
            moments.append(moment_of(running))
            lags.append(running.number("commit_p95_ms"))
        gaps = running.number("gaps")
    first, last = moments[0], moments[-1]
    seconds = last.monotonic - first.monotonic
    rate = (last.messages - first.messages) / seconds
    share = 100 * (last.cpu_s - first.cpu_s) / seconds
    half = len(moments) // 2
    growth = max(m.rss_mb for m in moments[half:]) - max(m.rss_mb for m in moments[:half])
    yield Figure("messages a second", rate, "", 1000, True, f"an hour in {seconds:.0f} s")
    yield Figure("share of a core", share, "%", 25)
    yield Figure("of it for 1,000 messages a second", share * 1000 / rate, "%")
    yield Figure("most memory", max(m.rss_mb for m in moments), "MB", 100)
    yield Figure("of it grown in the second half of the hour", growth, "MB")
    yield Figure("message received to row committed, p95", max(lags), "ms", 300, note="the worst")
    yield Figure("gaps", gaps, "", 0)


def measure_burst() -> Iterator[Figure]:
    """Yield how long 20,000 messages that come at once take until they are all recorded."""
    with (
        tempfile.TemporaryDirectory() as folder,
        local_exchange() as exchange,
        recorder(exchange, Path(folder)) as running,
    ):
        running.has_reached("rows", 20)
        began = time.monotonic()
        exchange.fault("burst", count=BURST)
        running.has_reached("trades", BURST, seconds=60)
        seconds = time.monotonic() - began
        most_mb = moment_of(running).rss_mb
        running.stop()
        rows = check_recording(exchange, Path(folder))
    yield Figure(f"a burst of {BURST:,} messages, recorded within", seconds, "s", 10)
    yield Figure("of them missing", max(0, BURST - len(rows.trades)), "", 0)
    yield Figure("memory after it", most_mb, "MB", 100)


def measure_starts() -> Iterator[Figure]:
    """Yield how soon a recorder that was killed is back with a whole book."""
    with tempfile.TemporaryDirectory() as folder, local_exchange() as exchange:
        seconds = sorted(start_once(exchange, Path(folder)) for _ in range(STARTS))
    median = seconds[STARTS // 2]
    yield Figure("started, subscribed and the book whole, median", median, "s", 1.5)


def start_once(exchange: LocalExchange, folder: Path) -> float:
    """Start the recorder, return how long it took to have the book, and kill it."""
    began = time.monotonic()
    with recorder(exchange, folder) as running:
        running.has_logged("the whole book has come")
        seconds = time.monotonic() - began
        running.has_reached("rows", 10)
        running.kill()
    return seconds


def moment_of(running: RecorderProcess) -> Moment:
    """Return what `running` has taken until now."""
    process = psutil.Process(running.process.pid)
    times = process.cpu_times()
    return Moment(
        time.monotonic(),
        times.user + times.system,
        running.number("messages"),
        process.memory_info().rss / 1e6,
    )


if __name__ == "__main__":
    main()
