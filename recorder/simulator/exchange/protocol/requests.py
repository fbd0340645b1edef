"""What a client asks for."""

import msgspec

from recorder.simulator.exchange.protocol.topics import Topic

SUBSCRIBE = "subscribe"
UNSUBSCRIBE = "unsubscribe"


class InvalidRequestError(Exception):
    """A message is no request."""


class Argument(msgspec.Struct):
    """One of the topics of a request."""

    channel: str
    instId: str = ""  # noqa: N815 - as the exchange calls it

    @property
    def topic(self) -> Topic:
        """What is asked for."""
        return Topic(self.channel, self.instId)


class Request(msgspec.Struct):
    """A request of one of the two operations, with at least one argument."""

    op: str
    args: list[Argument]
    id: str | int | None = None


_decode = msgspec.json.Decoder(Request).decode


def read_request(text: str) -> Request:
    """Return the request that `text` is.

    Raises InvalidRequestError when it is none.

    >>> read_request('{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}').op
    'subscribe'
    """
    try:
        request = _decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise InvalidRequestError(str(error)) from error
    if request.op not in (SUBSCRIBE, UNSUBSCRIBE) or not request.args:
        raise InvalidRequestError(f"operation {request.op!r} of {len(request.args)} arguments")
    return request
