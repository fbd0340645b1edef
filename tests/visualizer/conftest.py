"""Fixtures of the page's tests: a run directory, its real server, a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import browser, open_page
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

__all__ = ["browser", "files", "open_page", "server"]

POLL_MS = "100"


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    """An empty run directory."""
    return RunFiles(tmp_path / "run")


@pytest.fixture
def server(files: RunFiles) -> Iterator[PageServer]:
    """The page of `files`, on a free port."""
    with PageServer(files.run.root, "--poll-ms", POLL_MS) as running_server:
        yield running_server
