"""Serve the page with waitress, on a socket of its own or on the supervisor's."""

import logging
import resource
import socket
from typing import TYPE_CHECKING

import waitress  # type: ignore[import-untyped] # it has no types of its own

from shared.page_access import is_loopback, page_url
from visualizer.serving.guard import Access

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

THREADS = 4

IDLE_SECONDS = 15
"""How long a connection on which nothing happens is kept; a hidden tab asks every two seconds."""

LOOK_SECONDS = 5
"""How often idle connections are looked for."""

MOST_CONNECTIONS = 16_000
"""So many clients that say nothing, or one byte at a time, cost memory and keep nobody out."""

_OTHER_DESCRIPTORS = 100


def serve(
    application: "WSGIApplication", access: Access, listener: socket.socket, *, is_announced: bool
) -> None:
    """Serve `application` until SystemExit or KeyboardInterrupt is raised in this thread.

    `is_announced` says that a supervisor has told the user the address already.
    """
    server = waitress.create_server(
        application,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=LOOK_SECONDS,
        connection_limit=_room_for_connections(),
        asyncore_use_poll=True,  # select() knows no descriptor beyond the thousandth
        max_request_body_size=1024,
    )
    if not is_announced:
        if not is_loopback(access.host):
            logger.warning(
                "%s is not loopback: whoever has the link below can read this page, unencrypted",
                access.host,
            )
        logger.info("page at %s", page_url(access.host, access.port, access.token))
    server.run()


def _room_for_connections() -> int:
    """Return how many connections may be open at once, after asking the system for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _OTHER_DESCRIPTORS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(soft - _OTHER_DESCRIPTORS, _OTHER_DESCRIPTORS) if soft > 0 else MOST_CONNECTIONS
