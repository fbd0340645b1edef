"""An exchange put together: its venue, those who are connected, and what can be asked."""

import asyncio
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass

from recorder.simulator.exchange.control import Control
from recorder.simulator.exchange.delivery.desk import Desk
from recorder.simulator.exchange.delivery.fault_log import FaultLog
from recorder.simulator.exchange.delivery.session import Limits
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.fault_schedule import PlannedFault, keep_schedule
from recorder.simulator.exchange.faults import FaultDesk
from recorder.simulator.exchange.markets.data_clock import DataClock
from recorder.simulator.exchange.markets.venue import Venue
from recorder.simulator.exchange.rest import Rest
from recorder.simulator.exchange.server import Server


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the exchange treats its clients: what it bears with, and the faults it is to have."""

    limits: Limits
    planned: Collection[PlannedFault] = ()
    seed: str = ""


async def run_exchange(
    venue: Venue,
    switchboard: Switchboard,
    clock: DataClock,
    listener: socket.socket,
    conduct: Conduct,
    *,
    until: asyncio.Event,
    on_listening: Callable[[], object],
) -> None:
    """Serve the venue on a socket that listens, until the event; then close all connections."""
    log = FaultLog()
    faults = FaultDesk(venue, switchboard, log, conduct.seed)
    server = Server(
        switchboard,
        Desk(switchboard, venue),
        Rest({topic.instrument for topic in venue.topics}, venue.listings, venue.now_ms),
        Control(switchboard, venue, faults, log),
        conduct.limits,
    )
    async with asyncio.TaskGroup() as group:
        beside = [
            group.create_task(venue.run()),
            group.create_task(keep_schedule(conduct.planned, conduct.seed, clock, faults)),
        ]
        try:
            await server.serve(listener, until, on_listening)
        finally:
            for task in beside:
                task.cancel()
            await faults.close()
