"""Starts the local exchange as a user does, and talks to it with the plainest means there are."""

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).parents[2]
PUBLIC = "/ws/v5/public"
BUSINESS = "/ws/v5/business"
SECONDS = 20.0
COMMAND = [sys.executable, "-m", "recorder.simulator", "serve", "--port", "0"]


class LocalExchange:
    """A running exchange; `lines` is what it has said on standard error."""

    def __init__(self, process: subprocess.Popen[str], url: str, lines: list[str]) -> None:
        self.process = process
        self.url = url
        self.lines = lines

    @property
    def ws_url(self) -> str:
        """The address of its public WebSocket."""
        return self._address_of(PUBLIC)

    def _address_of(self, endpoint: str) -> str:
        return self.url.replace("http", "ws") + endpoint

    def get(self, path: str, **query: object) -> Any:
        """Return the JSON answer to a request; one that is refused is returned like any other."""
        return self.answer(path, **query)[1]

    def answer(self, path: str, *, method: str = "GET", headers: Any = None, **query: object):
        """Return the status and the JSON of an answer."""
        url = f"{self.url}{path}?{urlencode(query)}"
        request = urllib.request.Request(url, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except urllib.error.URLError as error:
            end = f"{error}; exit code {self.process.poll()}; it said: {''.join(self.lines[-50:])}"
            raise AssertionError(f"the exchange does not answer: {end}") from error

    def fault(self, kind: str, **query: object) -> Any:
        """Begin a fault and return what is noted of it."""
        status, record = self.answer("/_control/fault", method="POST", kind=kind, **query)
        assert status == 200, record
        return record

    def faults(self) -> list[Any]:
        return self.get("/_control/state")["faults"]

    @contextmanager
    def client(self, *topics: tuple[str, str], endpoint: str = PUBLIC, **options: Any):
        """Connect, subscribe to (channel, instrument) each, and take the confirmations."""
        address = self._address_of(endpoint)
        options = {"max_size": 2**26, "compression": None, **options}
        with connect(address, close_timeout=1, **options) as connection:
            client = Client(connection)
            if topics:
                client.ask("subscribe", *topics)
            yield client


class Client:
    """A connection whose messages are read one by one."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def ask(self, operation: str, *topics: tuple[str, str], **more: object) -> None:
        arguments = [{"channel": channel, "instId": name} for channel, name in topics]
        self.send({**more, "op": operation, "args": arguments})

    def send(self, content: object) -> None:
        self.connection.send(content if isinstance(content, str) else json.dumps(content))

    def text(self, seconds: float = SECONDS) -> str | bytes:
        return self.connection.recv(timeout=seconds)

    def message(self, seconds: float = SECONDS) -> Any:
        return json.loads(self.text(seconds))

    def event(self, name: str) -> Any:
        """Return the next message that is the event `name`."""
        return self.until(lambda message: message.get("event") == name)

    def push(self, channel: str) -> Any:
        """Return the next push of `channel`."""
        return self.until(
            lambda message: "data" in message and message["arg"]["channel"] == channel
        )

    def until_text(self, wanted: str) -> None:
        """Read on until a message that is just `wanted`."""
        while self.text() != wanted:
            pass

    def until_garbage(self, topic: tuple[str, str], take: Callable[[Any], object]) -> str | bytes:
        """Return the next message that is no whole push of `topic`; let the others be taken."""
        while True:
            text = self.text()
            try:
                message = json.loads(text)
                argument = message["arg"]
                is_whole = (argument["channel"], argument["instId"]) == topic
            except (ValueError, KeyError, TypeError):
                is_whole = False
            if not is_whole:
                return text
            take(message)

    def until(self, is_it: Callable[[Any], bool], most: int = 100_000) -> Any:
        for _ in range(most):
            message = self.message()
            if is_it(message):
                return message
        raise AssertionError(f"{most} messages, and none is what was waited for")


def run_until_it_ends(*options: object) -> tuple[int, str]:
    """Run an exchange that cannot serve; return its exit code and what it says."""
    ended = subprocess.run(
        [*COMMAND, *map(str, options)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return ended.returncode, ended.stderr


@contextmanager
def local_exchange(*options: object) -> Iterator[LocalExchange]:
    """Run an exchange on a free port, and end it by SIGTERM."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, options)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stderr is not None
    lines: list[str] = []
    try:
        for line in process.stderr:
            lines.append(line)
            if found := re.match(r"listening on (http://\S+)", line):
                break
        else:
            raise AssertionError(f"the exchange has not come up: {''.join(lines)}")
        # Whoever does not read a pipe stops its writer some day.
        reader = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
        reader.start()
        yield LocalExchange(process, found[1], lines)
    finally:
        process.terminate()
        process.wait(SECONDS)
        process.stderr.close()
