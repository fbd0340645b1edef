"""Reference and engine give the same bits for recordings larger than a batch, odd rows included."""

import json
import random
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from processor.engine.replay.engine_replay import EngineReplay
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.job import Job, TimeRange
from shared.recordings.day_files import DayFile
from tests.support.recordings import LOOSE, MS_PER_DAY, STRICT, T0, Book, Recording, Tick, iso
from tests.support.runs import ONE_DAY, Outcome, compiled_kernels, outcome_of

BOOK_ROWS, TRADES = 1_400, 9_000

Rows = tuple[list[Book], list[Tick]]


def both(
    *files: DayFile, time_range: TimeRange = ONE_DAY, window_seconds: int = 7, levels: int = 20
) -> tuple[Outcome, Outcome]:
    job = Job(files[0].instrument, time_range, Path(), Path(), window_seconds, levels)
    outcomes = []
    for make in (ReferenceReplay, lambda *args: EngineReplay(*args, compiled_kernels())):
        quality = Quality()
        outcomes.append(outcome_of(make(files, job, quality), quality))
    return outcomes[0], outcomes[1]


def agree(*files: DayFile, **options: Any) -> Outcome:
    reference, engine = both(*files, **options)
    for name in ("ohlc", "cvd", "metrics", "bids", "asks"):
        assert getattr(engine, name) == getattr(reference, name), name
    assert engine == reference
    sums = [astuple(outcome.conservation) for outcome in (engine, reference)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-12)
    return reference


def decimal(rng: random.Random) -> str:
    """A positive size as exchanges, and careless recorders, write it."""
    return rng.choice(
        [
            lambda: f"{rng.uniform(0.0001, 50):.8f}",
            lambda: f"{rng.uniform(0.0001, 50):.{rng.randint(1, 25)}f}1",
            lambda: str(rng.randint(1, 10 ** rng.randint(1, 18))),
            lambda: repr(rng.random() * 10 ** rng.randint(-12, 9)),
            lambda: f"{rng.random():.17e}",
            lambda: f"{rng.randint(1, 9)}E+{rng.randint(0, 5)}",
            lambda: f"000{rng.randint(1, 99)}.50",
        ]
    )()


def market(seed: int) -> Rows:
    """A wandering market of decimal texts; about half of its level changes are deletions."""
    rng = random.Random(seed)
    mid = 30_000.0
    book, trades = [], []
    now = T0 + rng.randint(0, 500)
    for i in range(BOOK_ROWS):
        mid += rng.choice([-0.1, 0, 0, 0.1])
        count = 60 if i == 0 else rng.randint(0, 6)

        def side(sign: int, count: int = count, mid: float = mid) -> str:
            levels = []
            for _ in range(count):
                price = f"{mid + sign * rng.randint(1, 80) / 10:.1f}"
                gone = rng.random() < 0.45
                levels.append([price, "0" if gone else decimal(rng), "0", "1"])
            return json.dumps(levels, separators=rng.choice([(",", ":"), (", ", ": ")]))

        book.append(Book(str(now), side(-1), side(1)))
        now += rng.choice([0, 1, 50, 100, 100, 3_000])
    end = now
    for _ in range(TRADES):
        size = float(decimal(rng)) % 1e6 or 1.0
        trades.append(
            Tick(
                str(rng.randint(T0, end)),
                round(mid + rng.gauss(0, 5), 1),
                size,
                rng.choice(["buy", "sell", "BUY"]),
            )
        )
    trades.sort(key=lambda tick: int(tick.timestamp))
    return book, trades


def as_it_is(rows: Rows, rng: random.Random) -> None:
    pass


def shuffled(rows: Rows, rng: random.Random) -> None:
    for table in rows:
        rng.shuffle(table)


def one_late_row(rows: Rows, rng: random.Random) -> None:
    for table in rows:
        table.append(table.pop(700))


def mixed_timestamps(rows: Rows, rng: random.Random) -> None:
    forms: list[Callable[[int], Any]] = [int, str, lambda t: t * 1000, iso, lambda t: iso(t, "Z")]
    for table in rows:
        table[:] = [replace(r, timestamp=rng.choice(forms)(int(r.timestamp))) for r in table]


def one_odd_timestamp(rows: Rows, rng: random.Random) -> None:
    for table in rows:
        table[900] = replace(table[900], timestamp=iso(int(table[900].timestamp)))


def literals_from_the_middle_on(rows: Rows, rng: random.Random) -> None:
    book, _ = rows
    book[600:] = [
        replace(r, bids=repr(json.loads(r.bids)), asks=repr(json.loads(r.asks))) for r in book[600:]
    ]


def other_level_forms(rows: Rows, rng: random.Random) -> None:
    forms = [
        lambda levels: json.dumps([[float(p), float(s)] for p, s, *_ in levels]),
        lambda levels: json.dumps([[p, s] for p, s, *_ in levels], indent=2),
        lambda levels: json.dumps([{"price": p, "size": s} for p, s, *_ in levels]),
        lambda levels: json.dumps(levels).replace('"0"', '"\\u0030"'),
        lambda levels: json.dumps(levels).replace(".", "\\u002e"),
        lambda levels: json.dumps([[p, s, "0"] for p, s, *_ in levels]).encode(),
        lambda levels: json.dumps([[f"+{p}", s, None, {"a": [1]}] for p, s, *_ in levels]),
    ]
    book, _ = rows
    for i in range(0, len(book), 3):
        old = book[i]
        book[i] = replace(
            old,
            bids=rng.choice(forms)(json.loads(old.bids)),
            asks=rng.choice(forms)(json.loads(old.asks)),
        )


BAD_BIDS = (
    *("", "[", "null", "[1]", '[["1"]]', '[["-5","1"]]', '[["0","1"]]', '[["1","nan"]]'),
    *('[["1","2"],["3","-1"]]', '[["1","2"]', '[["1_0","2"]]', '[["","2"]]', '[["1 ","2"]]'),
)


def bad_rows_here_and_there(rows: Rows, rng: random.Random) -> None:
    book, trades = rows
    for bids in BAD_BIDS:
        i = rng.randrange(1, len(book))
        book[i] = replace(book[i], bids=bids)
    for change in (
        {"price": -1.0},
        {"price": 0.0},
        {"size": float("inf")},
        {"size": 0.0},
        {"side": "hold"},
        {"side": " Sell "},
        {"timestamp": ""},
        {"instrument": "ETH-USDT"},
        {"instrument": "btc-usdt"},
        {"instrument": ""},
    ):
        i = rng.randrange(len(trades))
        trades[i] = replace(trades[i], **change)


def odd_types(rows: Rows, rng: random.Random) -> None:
    _, trades = rows
    for change in ({"price": "30000.5"}, {"size": "0.25"}, {"side": b"buy"}, {"trade_id": 7}):
        i = rng.randrange(len(trades))
        trades[i] = replace(trades[i], **change)


def integers_throughout(rows: Rows, rng: random.Random) -> None:
    _, trades = rows
    trades[:] = [replace(t, price=int(t.price), size=1 + int(t.size)) for t in trades]


CHANGES = [
    as_it_is,
    shuffled,
    one_late_row,
    mixed_timestamps,
    one_odd_timestamp,
    literals_from_the_middle_on,
    other_level_forms,
    bad_rows_here_and_there,
    odd_types,
    integers_throughout,
]


@pytest.mark.parametrize("schema", [STRICT, LOOSE], ids=["typed", "untyped"])
@pytest.mark.parametrize("change", CHANGES)
def test_both_replays_agree(
    tmp_path: Path, change: Callable[[Rows, random.Random], None], schema: Any
) -> None:
    rows = market(seed=CHANGES.index(change))
    change(rows, random.Random(1))
    outcome = agree(Recording(tmp_path, schema=schema).write(*rows))
    assert len(outcome.ohlc) > 50
    assert len(outcome.metrics) > 50
    assert outcome.conservation.trades_accepted > TRADES - 20


@pytest.mark.parametrize("is_shuffled", [False, True], ids=["in-order", "shuffled"])
def test_both_agree_on_any_range_window_and_depth(tmp_path: Path, is_shuffled: bool) -> None:
    rows = market(seed=77)
    moments = sorted({int(r.timestamp) for r in (*rows[0], *rows[1])})
    if is_shuffled:
        shuffled(rows, random.Random(2))
    file = Recording(tmp_path).write(*rows)
    rng = random.Random(3)
    for window_seconds, levels in ((1, 1), (3, 2), (60, 50), (86_400, 1000)):
        first, last = sorted(rng.sample(moments, 2))
        span = TimeRange(first + rng.choice([0, 1]), last + 1 + rng.choice([0, 1]))
        agree(file, time_range=span, window_seconds=window_seconds, levels=levels)


@pytest.mark.parametrize("form", [lambda t: t * 1000, iso, str], ids=["us", "iso", "ms"])
def test_both_agree_on_a_range_that_ends_before_a_row_stored_late(
    tmp_path: Path, form: Callable[[int], Any]
) -> None:
    book, trades = market(seed=8)
    end = int(trades[4_000].timestamp)
    for table, early, late in ((book, 50, 1_390), (trades, 50, 8_990)):
        row = table.pop(early)
        table.insert(late, replace(row, timestamp=form(int(row.timestamp))))
    agree(Recording(tmp_path).write(book, trades), time_range=TimeRange(T0, end))


def test_both_agree_on_a_range_that_ends_at_an_odd_row(tmp_path: Path) -> None:
    book, trades = market(seed=9)
    trades.append(trades.pop(3_000))
    trades[4_000] = replace(trades[4_000], side="BUY")
    trades[8_000] = replace(trades[8_000], timestamp="")
    end = int(trades[4_000].timestamp)
    outcome = agree(Recording(tmp_path).write(book, trades), time_range=TimeRange(T0, end))
    assert outcome.skipped == {"bad_timestamp": 1}


def test_both_agree_over_days_that_overlap_or_lack_a_table(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    book, trades = market(seed=5)
    later = [replace(r, timestamp=str(int(r.timestamp) + MS_PER_DAY)) for r in trades]
    files = [
        recording.write(book, [*trades, later[5]]),
        recording.write(book[:5], later, day="25-07-02"),
        replace(recording, schema=type(STRICT)(book=None)).write((), later[:9], day="25-07-03"),
    ]
    outcome = agree(*files, time_range=TimeRange(T0, T0 + 4 * MS_PER_DAY))
    assert outcome.skipped["late_trade"] > 0
    assert len(outcome.file_problems) == 1


@pytest.mark.parametrize("is_shuffled", [False, True], ids=["in-order", "shuffled"])
@pytest.mark.parametrize("where", [0.2, 0.5, 0.8])
def test_both_agree_on_a_damaged_file(tmp_path: Path, where: float, is_shuffled: bool) -> None:
    rows = market(seed=6)
    if is_shuffled:
        shuffled(rows, random.Random(4))
    file = Recording(tmp_path).write(*rows)
    content = bytearray(file.path.read_bytes())
    page = int(len(content) * where) // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    file.path.write_bytes(content)
    assert agree(file).file_problems
    agree(file, time_range=TimeRange(T0, int(rows[1][500].timestamp)))
