"""A query that takes long does not silence the processor."""

from pathlib import Path

from shared.recordings.opening import open_recording
from tests.support.recordings import Recording


def test_a_long_query_lets_one_show_life(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([], [])
    waits: list[int] = []

    with open_recording(file.path, lambda: waits.append(1)) as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
            " SELECT max(i) FROM n"
        ).fetchone()

    assert len(waits) > 3
