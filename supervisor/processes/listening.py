"""The page as the supervisor knows it, and the socket that outlives the page's worker."""

import socket
from dataclasses import dataclass

from shared.listening import PortInUseError, open_listening_socket

__all__ = ["Page", "PortInUseError", "open_listening_socket"]


@dataclass(frozen=True, slots=True)
class Page:
    """The page as the supervisor knows it: its socket, its address, the name a browser uses."""

    listener: socket.socket
    url: str
    host_header: str
