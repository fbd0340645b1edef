"""The fixture behind every scenario: a run that must leave nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.harness import Run, wait_until


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A supervisor to start; after the test no process of its family may be left.

    Whatever it told in the meantime is told as the vocabulary says.
    """
    run = Run(tmp_path / "run")
    yield run
    run.clean_up()
    assert run.undeclared() == []
    wait_until(f"nothing is left: {run.family()}", lambda: not run.family(), 5)
