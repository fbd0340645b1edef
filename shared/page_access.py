"""Who may see the page: anybody on this machine, and elsewhere whoever brings the token."""

import ipaddress
import secrets
from urllib.parse import urlencode


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def choose_token(host: str, token: str | None) -> str | None:
    """Return the token the page is to ask for: the one given, a new one, or None on loopback."""
    if token or is_loopback(host):
        return token or None
    return secrets.token_urlsafe(24)


def page_url(host: str, port: int, token: str | None = None) -> str:
    """Return the address to open in a browser; with `token` it is the link that lets one in."""
    host = host.strip("[]")
    name = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    if ":" in name:
        name = f"[{name}]"
    query = f"?{urlencode({'token': token})}" if token else ""
    return f"http://{name}:{port}/{query}"
