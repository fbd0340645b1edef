"""The real page server as a child process, spoken to over real HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class PageServer:
    """`python -m <module>`, started at once and reachable when the constructor returns."""

    def __init__(
        self,
        run_dir: Path,
        *options: str,
        module: str = "visualizer.app",
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 # closed in __exit__
        kept = {name: value for name, value in os.environ.items() if "ORDERFLOW" not in name}
        pass_fds = () if listener is None else (listener.fileno(),)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", module),
                *("--run-dir", str(run_dir), "--port", str(port), *options),
            ],
            cwd=ROOT,
            env={**kept, **(environment or {})},
            stdout=self._log,
            stderr=self._log,
            pass_fds=pass_fds,
        )
        if listener is None:
            wait_for(self._is_announced, "the page's address in its log", seconds=START_SECONDS)
            self.port = int(re.findall(r"http://[^/]*:(\d+)/", self.log())[0])
        else:
            self.port = listener.getsockname()[1]
        self.url = f"http://localhost:{self.port}/"

    def __enter__(self) -> "PageServer":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def log(self) -> str:
        """Return all that the server has written so far."""
        # pread: the child shares the file's position
        descriptor = self._log.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()

    def get(
        self, path: str = "/", headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Answer:
        """Ask for `path` and return the answer, whatever its status; redirects are not followed."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=dict(headers or {}), method=method
        )
        try:
            response = urllib.request.build_opener(_StayHere).open(request, timeout=10)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, response.read())

    def kill(self) -> None:
        """End the server the hard way."""
        self.process.kill()
        self.process.wait()

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(timeout=10)

    def _is_announced(self) -> bool:
        assert self.process.poll() is None, f"the page server ended:\n{self.log()}"
        return "page at http://" in self.log()


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
