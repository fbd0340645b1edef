"""Nothing recorded is lost silently: every row is used or counted, whatever its cells hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.reporting.quality import Quality
from shared.job import TimeRange
from tests.support.recordings import LOOSE, T0, Book, Recording, Tick
from tests.support.runs import replay, stream

ALL_TIME = TimeRange(-(10**15), 10**15)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
garbage = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    texts,
    st.binary(max_size=12),
)
times = st.one_of(st.integers(T0, T0 + 50), st.integers(T0, T0 + 50).map(str), garbage)
numbers = st.one_of(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9).map(str), garbage)
level_texts = st.one_of(
    st.lists(st.tuples(numbers, numbers), max_size=3).map(repr),
    st.sampled_from(["[]", '[["1","2","0","1"]]', '[["1","0"]]', "[['1', '2']]", "[[1]]"]),
    garbage,
)
instruments = st.sampled_from([None, None, "", "BTC-USDT", "ETH-USDT", b"BTC-USDT", 5])
book_rows = st.builds(Book, times, level_texts, level_texts, st.none(), instruments)
ticks = st.builds(
    Tick,
    times,
    numbers,
    numbers,
    st.one_of(st.sampled_from(["buy", "SELL", b"sell"]), garbage),
    st.none(),
    instruments,
    garbage,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(book_rows, max_size=6), st.lists(ticks, max_size=6))
def test_every_row_is_used_or_counted(
    tmp_path_factory: pytest.TempPathFactory, book: list[Book], trades: list[Tick]
) -> None:
    recording = Recording(tmp_path_factory.mktemp("cells"), schema=LOOSE)
    file = recording.write(book, trades)
    quality = Quality()
    steps = stream(file, time_range=ALL_TIME, quality=quality)
    used_rows = sum(update.row_id is not None for update, _ in steps)
    used_trades = sum(len(window) for _, window in steps)
    assert used_rows + used_trades + quality.skipped.total() == len(book) + len(trades)
    assert quality.file_problems == []
    assert replay(file, time_range=ALL_TIME).conservation.trades_accepted == used_trades
