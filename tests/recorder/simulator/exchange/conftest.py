from collections.abc import Iterator

import pytest

from tests.support.local_exchange import LocalExchange, local_exchange

TWO = ("--instrument", "BTC-USDT", "--instrument", "ETH-USDT")


@pytest.fixture(scope="module")
def exchange() -> Iterator[LocalExchange]:
    """Two instruments, twenty times as fast as the clock; tests of a module share it."""
    with local_exchange(*TWO, "--speed", 20, "--start", "2025-07-01T12:00") as running:
        yield running
