"""Heat and keyframes of each real recording, against a slow replay of its rows."""

import random
from bisect import bisect_left, bisect_right
from pathlib import Path

import pytest

from processor.db_interpreter import DBInterpreter
from processor.orderbook_manager import OrderbookManager
from shared.history.heat import LAYERS, HeatSide
from shared.recordings.day_files import find_day_files
from shared.recordings.records import OrderbookUpdate
from tests.processor.history.test_history_of_recordings import job_of
from tests.support.histories import history_of
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data

pytestmark = needs_real_data

STANDS_MS = 60_000
CHECKED = 6


def updates_of(recording: RealRecording) -> list[OrderbookUpdate]:
    span = recording.time_range
    files = find_day_files(recording.data_dir, recording.instrument, span.days).files
    updates = (update for update, _ in DBInterpreter(files, span).stream())
    return [update for update in updates if update.row_id is not None]


Levels = tuple[dict[float, float], dict[float, float]]


def replayed(updates: list[OrderbookUpdate]) -> list[tuple[int, int, Levels]]:
    """Each book of the recording, from when and until when it stood."""
    book = OrderbookManager()
    books = []
    for number, update in enumerate(updates):
        book.apply(update.bids, update.asks, update.change)
        begin = update.timestamp_ms
        following = updates[number + 1].timestamp_ms if number + 1 < len(updates) else None
        end_of_second = begin // 1000 * 1000 + 1000
        until = end_of_second if following is None else min(following, begin + STANDS_MS)
        depth = book.best(10**6)
        books.append((begin, until, (dict(depth.bids), dict(depth.asks))))
    return books


@each_recording
def test_heat_is_what_a_slow_replay_gives_at_random_cells(
    recording: RealRecording, tmp_path: Path
) -> None:
    draw = random.Random(recording.instrument)
    books = replayed(updates_of(recording))
    begins = [begin for begin, *_ in books]
    with history_of(job_of(recording, tmp_path)) as history:
        for layer in LAYERS:
            heat = history.heat(layer, 0, 2**61)
            width_ms = layer.seconds * 1000
            stood = {begin // width_ms for begin, until, _ in books if until > begin}
            assert stood <= {ts // width_ms for ts in heat.ts.tolist()}
            for column in draw.sample(range(len(heat.ts)), min(len(heat.ts), CHECKED)):
                start = int(heat.ts[column])
                first = max(bisect_right(begins, start) - 1, 0)
                spans = [
                    (min(until, start + width_ms) - max(begin, start), levels)
                    for begin, until, levels in books[first : bisect_left(begins, start + width_ms)]
                    if until > start
                ]
                standing = sum(ms for ms, _ in spans)
                assert heat.standing_ms[column] == standing
                height = layer.ticks / 10.0 ** int(heat.decimals[column])
                for side, found in enumerate((heat.bids, heat.asks)):
                    sizes = dict(cells_of(found, column))
                    expected: dict[int, float] = {}
                    for ms, levels in spans:
                        for price, size in levels[side].items():
                            row = int(price / height + 1e-6)
                            expected[row] = expected.get(row, 0.0) + size * ms / standing
                    largest = max(expected.values(), default=0.0)
                    kept = {row for row, size in expected.items() if size > largest * 2**-30}
                    assert sizes.keys() >= kept
                    for row in draw.sample(sorted(kept), min(len(kept), 20)):
                        assert sizes[row] == pytest.approx(expected[row], rel=1 / 15)
                    assert sizes.keys() <= expected.keys()


def cells_of(side: HeatSide, column: int) -> list[tuple[int, float]]:
    part = slice(side.ends[column - 1] if column else 0, side.ends[column])
    return list(zip(side.rows[part].tolist(), side.sizes[part].tolist(), strict=True))


@each_recording
def test_a_keyframe_is_the_book_before_its_minute(recording: RealRecording, tmp_path: Path) -> None:
    updates = updates_of(recording)
    minutes = sorted({update.timestamp_ms // 60_000 for update in updates})
    book, applied, checked = OrderbookManager(), 0, 0
    with history_of(job_of(recording, tmp_path)) as history:
        for minute in minutes:
            while updates[applied].timestamp_ms < minute * 60_000:
                update = updates[applied]
                book.apply(update.bids, update.asks, update.change)
                applied += 1
            frame = history.keyframe(minute * 60_000)
            if not applied:
                assert frame is None
                continue
            assert frame is not None
            assert frame.ts == minute * 60_000
            assert history.files[frame.file].startswith(recording.instrument)
            assert frame.row_id == updates[applied - 1].row_id
            depth = book.best(10**6)
            assert frame.bids.tolist() == [list(level) for level in depth.bids]
            assert frame.asks.tolist() == [list(level) for level in depth.asks]
            checked += 1
    assert checked == len(minutes) - 1
