"""Faults at seeded moments: each kind about every so many seconds of data time."""

import asyncio
import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random

from recorder.simulator.exchange.faults import Fault, FaultDesk
from recorder.simulator.exchange.markets.data_clock import DataClock
from shared.errors import UsageError

logger = logging.getLogger(__name__)

DEFAULT_EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A kind of fault, and its mean distance in seconds of data time."""

    kind: Fault
    every_seconds: float = DEFAULT_EVERY_SECONDS


def read_planned_fault(text: str) -> PlannedFault:
    """Return what `KIND` or `KIND:SECONDS` says; raise UsageError when it says nothing known.

    >>> read_planned_fault("gap:30").every_seconds
    30.0
    """
    name, _, seconds = text.partition(":")
    try:
        planned = PlannedFault(Fault(name), float(seconds or DEFAULT_EVERY_SECONDS))
    except ValueError as error:
        known = ", ".join(Fault)
        raise UsageError(f"expected KIND[:SECONDS] with one of {known}, found {text!r}") from error
    if not 0.1 <= planned.every_seconds <= 1e6:
        raise UsageError(f"expected 0.1 to 1000000 seconds between faults, found {text!r}")
    return planned


def moments(planned: PlannedFault, seed: str, start_ms: int) -> Iterator[int]:
    """Yield the moments of a planned fault for ever, the same for the same seed and start."""
    random = Random(f"{seed} {planned.kind}")
    moment_ms = float(start_ms)
    while True:
        moment_ms += random.expovariate(1.0) * planned.every_seconds * 1_000
        yield int(moment_ms)


async def keep_schedule(
    planned: Collection[PlannedFault], seed: str, clock: DataClock, desk: FaultDesk
) -> None:
    """Begin each fault when its moment has come, for ever."""
    async with asyncio.TaskGroup() as group:
        for each in planned:
            group.create_task(_keep(each, seed, clock, desk))


async def _keep(planned: PlannedFault, seed: str, clock: DataClock, desk: FaultDesk) -> None:
    for moment_ms in moments(planned, seed, clock.now_ms()):
        await asyncio.sleep(clock.seconds_until(moment_ms))
        record = desk.begin(planned.kind)
        logger.info("fault %d: %s %s", record.number, record.kind, record.instrument or "")
