"""Whose rows a day file has: what its table `sources` says, and whether that is a real exchange."""

import re
import sqlite3

_SIMULATED = re.compile(r"simulated\b|.*, at \S+$")


def at_host(source: str, host: str) -> str:
    """Return what a recorder notes that was sent to another host than the exchange's own.

    >>> at_host("OKX, live", "localhost:8080")
    'OKX, live, at localhost:8080'
    """
    return f"{source}, at {host}"


def is_simulated(source: str) -> bool:
    """Say whether rows of `source` are none of a real exchange, as far as can be known.

    Such a source begins with the word simulated, or names a host: who answers there may be anyone.

    >>> is_simulated("simulated market"), is_simulated("OKX, live"), is_simulated("simulatedly")
    (True, False, False)
    """
    return _SIMULATED.match(source) is not None


def sources_in(connection: sqlite3.Connection) -> frozenset[str]:
    """Return what the recording says its rows are from; none where it does not say."""
    try:
        rows = connection.execute("SELECT DISTINCT source FROM main.sources").fetchall()
    except sqlite3.OperationalError:  # no such table, or one of other columns
        return frozenset()
    return frozenset(
        source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
        for (source,) in rows
    )
