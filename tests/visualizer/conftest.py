"""Fixtures of the page's tests: a run directory and its real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

POLL_MS = "100"


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    """An empty run directory."""
    return RunFiles(tmp_path / "run")


@pytest.fixture
def serve(files: RunFiles) -> Iterator[Callable[..., PageServer]]:
    """Start the page of `files` with options of the test's own.

    Named before `open_page` in a test, it ends its servers after the browser has gone.
    """
    with ExitStack() as servers:

        def start(*options: str, **settings: int) -> PageServer:
            return servers.enter_context(PageServer(files.run.root, *options, **settings))

        yield start


@pytest.fixture
def server(files: RunFiles) -> Iterator[PageServer]:
    """The page of `files`, on a free port."""
    with PageServer(files.run.root, "--poll-ms", POLL_MS) as running_server:
        yield running_server
