"""What the exchange says about a connection: answers, errors and the notice of a planned close."""

from typing import Any

import msgspec

from recorder.simulator.exchange.protocol.topics import Topic

INVALID_REQUEST = "60012"
TOO_MANY_REQUESTS = "60014"
NO_SUCH_TOPIC = "60018"
PLANNED_CLOSE = "64008"

NOTHING_FOR_LONG = 4004
"""The code of the close after too long a silence."""

PONG = b"pong"


def confirmation(event: str, topic: Topic, request_id: str | int | None, connection: str) -> bytes:
    """Return the answer that a topic is, or is no more, subscribed to."""
    argument = {"channel": topic.channel, "instId": topic.instrument}
    return _answer(request_id, {"event": event, "arg": argument, "connId": connection})


def invalid_request(text: str, connection: str) -> bytes:
    """Return the error about a message that is no request."""
    return error(INVALID_REQUEST, f"Invalid request: {text[:400]}", None, connection)


def no_such_topic(topic: Topic, request_id: str | int | None, connection: str) -> bytes:
    """Return the error about a channel or instrument that there is not, or not at this path."""
    message = (
        f"Wrong URL or channel:{topic.channel},instId:{topic.instrument} doesn't exist."
        " Please use the correct URL, channel and parameters referring to API document."
    )
    return error(NO_SUCH_TOPIC, message, request_id, connection)


def error(code: str, message: str, request_id: str | int | None, connection: str) -> bytes:
    """Return an error."""
    content = {"event": "error", "code": code, "msg": message, "connId": connection}
    return _answer(request_id, content)


def planned_close(connection: str) -> bytes:
    """Return the notice that the connection will be closed soon."""
    message = "The connection will soon be closed for a service upgrade. Please reconnect."
    content = {"event": "notice", "code": PLANNED_CLOSE, "msg": message, "connId": connection}
    return msgspec.json.encode(content)


def _answer(request_id: str | int | None, content: dict[str, Any]) -> bytes:
    identified = {} if request_id is None else {"id": str(request_id)}
    return msgspec.json.encode({**identified, **content})
