"""Answers to plain HTTP requests, as REST has them."""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response


def json_response(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return `content` as the answer to a request."""
    body = msgspec.json.encode(content)
    headers = Headers(
        {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
    )
    return Response(int(status), status.phrase, headers, body)


def path_and_query(request: Request) -> tuple[str, dict[str, str]]:
    """Return what is asked for, the last of a name that comes more than once."""
    parts = urlsplit(request.path)
    return parts.path, dict(parse_qsl(parts.query))
