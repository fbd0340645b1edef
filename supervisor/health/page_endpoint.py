"""The page as the supervisor knows it, and the socket that outlives the page's worker."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageEndpoint:
    """The page as the supervisor knows it: its socket, its address, the name a browser uses."""

    listener: socket.socket
    url: str
    host_header: str
