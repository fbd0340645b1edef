"""What a file's name tells, where its content does not: the instrument."""

import re

_ENDINGS = re.compile(
    r"(?:\.(?:csv|txt|json|jsonl|ndjson|data|dat|gz|parquet|zip|raw))+$", re.IGNORECASE
)
_DATES = re.compile(r"[-_.]?\d{4}-?\d{2}(?:-?\d{2})?(?=$|[-_.T])")
_WORDS = re.compile(
    r"[-_.](?:agg)?(?:trades?|ticks?|L2orderbook|\d+lv|ob\d+|perp(?=-)|spot|book|depth).*$",
    re.IGNORECASE,
)
_INSTRUMENT = re.compile(r"[A-Z0-9]{2,}(?:[-_][A-Z0-9.]+)*")
_NOT_ONE = ("allspot", "allswap", "allfutures", "alloption")


def instrument_in(name: str) -> str | None:
    """Return the instrument that a file's name begins with, None when none can be told.

    `BTC-USDT-trades-2025-07-01.csv`, `ETHUSDT-aggTrades-2024-04.zip`, `BTCUSD_PERP-trades-….csv`.
    """
    stem = _ENDINGS.sub("", name)
    stem = _WORDS.sub("", stem)
    dated = _DATES.search(stem)
    if dated is not None:
        stem = stem[: dated.start()]
    stem = stem.strip("-_.")
    if stem.lower() in _NOT_ONE or not _INSTRUMENT.fullmatch(stem.upper()):
        return None
    return stem if stem == stem.upper() else None
