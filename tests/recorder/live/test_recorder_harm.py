"""What happens to the recorder itself: killed again and again, no room on the disk."""

import itertools
import os
import random

import pytest

from tests.support.faithful import check_recording
from tests.support.local_exchange import local_exchange
from tests.support.recorder_process import recorder, rows_of
from tests.support.tiny_disk import fill, tiny_disk

FAULTS = ("gap:6", "lost-trades:5", "cut:15", "repeat:4", "reorder:15", "garbage:5", "notice:30")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_amid_faults_each_row_is_there_once_or_in_a_gap(tmp_path, seed):
    draw = random.Random(seed)
    faults = itertools.chain.from_iterable(("--fault", fault) for fault in FAULTS)
    with local_exchange("--speed", 5, "--seed", seed, *faults) as exchange:
        for _ in range(5):
            with recorder(exchange, tmp_path, "--snapshot-seconds", 1) as running:
                running.has_reached("rows", draw.randrange(20, 150))
                running.kill()
        with recorder(exchange, tmp_path, "--snapshot-seconds", 1) as running:
            running.has_reached("rows", 100)
            running.stop()
        rows = check_recording(exchange, tmp_path)
    assert sum(gap[4] == "the recorder was not running" for gap in rows.gaps) >= 4


def test_a_full_disk_is_told_and_recorded_on_when_there_is_room_again(tmp_path):
    with (
        local_exchange("--speed", 5) as exchange,
        tiny_disk(tmp_path / "disk", 2_048) as folder,
        recorder(exchange, folder) as running,
    ):
        running.has_reached("rows", 50)
        ballast = fill(folder)
        running.has_logged("rows cannot be written and wait")
        running.has_reached("rows", running.number("rows") + 100)
        os.truncate(ballast, 0)
        running.has_logged("rows are written again")
        running.has_reached("rows", running.number("rows") + 50)
        assert running.number("reconnects") == 0
        assert running.stop() == 0
        assert check_recording(exchange, folder).gaps == []


def test_started_again_at_once_only_the_rows_between_are_missing(tmp_path):
    with local_exchange() as exchange:
        for _ in range(2):
            with recorder(exchange, tmp_path) as running:
                running.has_reached("book_rows", 10)
                assert running.stop() == 0
        [gap] = rows_of(tmp_path).gaps
        assert gap[2] - gap[1] < 5_000
        check_recording(exchange, tmp_path)
