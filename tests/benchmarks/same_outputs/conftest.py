from pathlib import Path

import pytest

from tests.benchmarks.same_outputs.fake_checkout import WriteCheckout, write_checkout
from tests.support.recordings import T0, Book, Recording, Tick


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one recording, of two book rows and a trade."""
    folder = tmp_path_factory.mktemp("recordings")
    book = [Book(T0 + 1, [[99, 3]], [[101, 1]]), Book(T0 + 4, [[99, 1]], [])]
    Recording(folder / "okx").write(book, [Tick(T0 + 2)])
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, recordings: Path) -> WriteCheckout:
    """Write a checkout to a new folder, changed as the arguments say."""
    (recording,) = recordings.rglob("*.db")
    return lambda *change, **where: write_checkout(
        tmp_path_factory.mktemp("checkout"), recording, *change, **where
    )
