"""Downloads made after the vendors' descriptions, of what is not to be had as real files."""

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MIDNIGHT_MS = 1_751_328_000_000  # 2025-07-01 UTC
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class MadeTrade:
    """A trade as the generator knows it."""

    number: int
    side: str
    price: str
    size: str
    time_ms: int


def made_trades(
    draw: random.Random, count: int, first_ms: int = MIDNIGHT_MS, span_ms: int = HOUR_MS
) -> list[MadeTrade]:
    """Return trades in the order of time, several of them in some milliseconds."""
    times = sorted(first_ms + draw.randrange(span_ms) for _ in range(count))
    times = [times[n - n % 3] for n in range(count)]
    return [
        MadeTrade(
            700_000_000 + number,
            draw.choice(("buy", "sell")),
            f"{100 + draw.randrange(-500, 500) / 100:.2f}",
            draw.choice((f"{draw.random() + 0.001:.8f}", "1.912e-05", "3")),
            time_ms,
        )
        for number, time_ms in enumerate(times)
    ]


def expected(trades: Iterable[MadeTrade]) -> list[tuple[str, float, float, str, str]]:
    """Return what is to be in a day file: by time and id."""
    ordered = sorted(trades, key=lambda trade: (trade.time_ms, trade.number))
    return [(str(t.number), float(t.price), float(t.size), t.side, str(t.time_ms)) for t in ordered]


GBK_HEADING = "trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间"


def okx_csv(trades: Sequence[MadeTrade], layout: str, instrument: str = "BTC-USDT") -> bytes:
    """Return them as OKX's CSV of layout a, b, c or d."""
    lines = []
    for t in trades:
        first = f"{t.number},{t.side},{t.size},{t.price},{t.time_ms}"
        later = f"{instrument},{t.number},{t.side},{t.price},{t.size},{t.time_ms}"
        lines.append(first if layout in "ab" else later if layout == "c" else f"{later},0")
    names = "instrument_name,trade_id,side,price,size,created_time"
    heading = {"a": [], "b": [GBK_HEADING], "c": [names], "d": [f"{names},source"]}[layout]
    return ("\n".join([*heading, *lines]) + "\n").encode("gbk")


def zipped(path: Path, texts: dict[str, bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in texts.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, texts: dict[str, bytes]) -> Path:
    """Write a tar archive in gzip."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in texts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def gzipped(path: Path, data: bytes) -> Path:
    """Write a gzip file."""
    path.write_bytes(gzip.compress(data))
    return path


def okx_book_lines(
    draw: random.Random, count: int, first_ms: int = MIDNIGHT_MS, instrument: str = "BTC-USDT"
) -> list[dict[str, object]]:
    """Return the lines of a 400-level book: a snapshot now and then, changes every 10 ms."""

    def side(levels: int, sign: int, may_be_gone: bool) -> list[list[str]]:
        steps = draw.sample(range(1, 401), levels)
        return [
            [
                f"{100 + sign * step / 10:.1f}",
                "0" if may_be_gone and draw.random() < 0.3 else f"{draw.random() + 0.001:.4f}",
                str(draw.randrange(1, 9)),
            ]
            for step in sorted(steps)
        ]

    lines: list[dict[str, object]] = []
    for number in range(count):
        is_snapshot = number % 50 == 0
        levels = 400 if is_snapshot else draw.randrange(0, 8)
        lines.append(
            {
                "instId": instrument,
                "action": "snapshot" if is_snapshot else "update",
                "ts": str(first_ms + number // 2 * 10),  # two lines in a millisecond
                "asks": side(levels, 1, not is_snapshot),
                "bids": side(levels, -1, not is_snapshot),
            }
        )
    return lines


def json_lines(records: Iterable[object]) -> bytes:
    """Return `records` as compact JSON, a line each."""
    return b"".join(
        json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records
    )
