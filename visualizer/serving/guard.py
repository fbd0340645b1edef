"""Let in only whom the page is for, and tell browsers what the page may do."""

import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from shared.page_access import is_loopback
from shared.worker_link import HEALTH_PATH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN_PARAMETER = "token"
Headers = list[tuple[str, str]]

_ENTER = b"""<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="dark">
<meta http-equiv="refresh" content="0;url=/"><title>Orderflow</title>"""
# A redirect would do, but a browser that followed the link from another site does not send a
# SameSite=Strict cookie along a redirect; this page's own refresh is same-site.


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see the page: the names it is addressed by, and the token it asks for, if any.

    `host` is the address listened on, `port` the one the cookie is named after, since cookies are
    shared by all the ports of a host.
    """

    host: str
    port: int
    token: str | None = None

    @property
    def cookie_name(self) -> str:
        """The name of the cookie that holds the token."""
        return f"orderflow_token_{self.port}"

    def is_own_name(self, host_header: str) -> bool:
        """Say whether a Host header names this page, and not a domain pointed at it by a stranger.

        DNS rebinding needs a name of the attacker's, so beyond loopback an address is accepted as
        well as the name listened on.
        """
        name = host_name(host_header)
        if name in LOOPBACK_NAMES or name == self.host.lower():
            return True
        return not is_loopback(self.host) and _is_address(name)

    def is_token(self, candidate: str) -> bool:
        """Compare in constant time."""
        expected = (self.token or "").encode()
        return bool(expected) and hmac.compare_digest(candidate.encode(), expected)


class Guard:
    """WSGI middleware in front of everything: method, Host, token, and the security headers."""

    def __init__(
        self, application: "WSGIApplication", access: Access, script_hashes: Sequence[str] = ()
    ) -> None:
        self._application = application
        self._access = access
        self._headers = security_headers(script_hashes)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, or pass it on."""

        def start(status: str, headers: Headers, exc_info: object = None) -> object:
            return start_response(status, headers + self._headers, exc_info)  # type: ignore[arg-type]

        refusal = self._refusal(environ)
        if refusal is None:
            return self._application(environ, start)  # type: ignore[arg-type]
        status, headers, body = refusal
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _refusal(self, environ: "WSGIEnvironment") -> tuple[str, Headers, bytes] | None:
        text = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        path = environ.get("PATH_INFO", "/")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", [*text, ("Allow", "GET, HEAD")], b"Read only.\n"
        if path == HEALTH_PATH:  # the supervisor's probe brings no token
            return None
        if not self._access.is_own_name(environ.get("HTTP_HOST", "")):
            return "421 Misdirected Request", text, b"This is not the page you asked for.\n"
        if self._access.token is None:
            return None
        # As WSGI hands it over: bytes, each as a character.
        text_of_query = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
        query = parse_qs(text_of_query)
        if path == "/" and self._access.is_token(query.get(TOKEN_PARAMETER, [""])[0]):
            html = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
            return "200 OK", [*html, ("Set-Cookie", self._cookie())], _ENTER
        if self._access.is_token(cookie_value(environ, self._access.cookie_name)):
            return None
        return "403 Forbidden", text, b"Open the link that was printed when Orderflow started.\n"

    def _cookie(self) -> str:
        value = quote(self._access.token or "", safe="")  # a header has only ASCII
        return f"{self._access.cookie_name}={value}; Path=/; HttpOnly; SameSite=Strict"


def security_headers(script_hashes: Sequence[str]) -> Headers:
    """Return the headers of every response; `script_hashes` are those of Dash's inline scripts."""
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(("'self'", *script_hashes)),
        # Dash's components and plotly.js add style elements and attributes of their own
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "font-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return [
        ("Content-Security-Policy", "; ".join(f"{key} {value}" for key, value in policy.items())),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]


def host_name(host_header: str) -> str:
    """Return the name in a Host header, lower case, without port, brackets or trailing dot."""
    host = host_header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def cookie_value(environ: "WSGIEnvironment", name: str) -> str:
    """Return a cookie's value, or an empty string.

    The cookies of all ports of a host come together, and what others put into theirs may be of any
    form: only where one ends and which is ours is looked for, and that name is ours alone.
    """
    for cookie in environ.get("HTTP_COOKIE", "").split(";"):
        found, _, value = cookie.strip().partition("=")
        if found == name:
            return unquote(value.strip('"'))
    return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
