"""What an instrument is, as its name tells it."""

import re

from recorder.simulator.level_text import format_decimal
from recorder.simulator.recording import LOT_DECIMALS, TICK_DECIMALS

_KINDS = (
    ("OPTION", re.compile(r"-\d{6}-\d+-[CP]$")),
    ("FUTURES", re.compile(r"-\d{6}$")),
    ("SWAP", re.compile(r"-SWAP$")),
)
_TICK = format_decimal(1, TICK_DECIMALS)
_LOT = format_decimal(1, LOT_DECIMALS)


def kind_of(instrument: str) -> str:
    """Return the instType of an instrument.

    >>> [kind_of(name) for name in ("BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-220527")]
    ['SPOT', 'SWAP', 'FUTURES']
    """
    return next((kind for kind, form in _KINDS if form.search(instrument)), "SPOT")


def describe(instrument: str) -> dict[str, str]:
    """Return an instrument's description; a contract of the simulated market is one coin."""
    kind = kind_of(instrument)
    base, _, rest = instrument.partition("-")
    quote = rest.partition("-")[0]
    is_spot = kind == "SPOT"
    return {
        "instType": kind,
        "instId": instrument,
        "baseCcy": base if is_spot else "",
        "quoteCcy": quote if is_spot else "",
        "uly": "" if is_spot else f"{base}-{quote}",
        "instFamily": "" if is_spot else f"{base}-{quote}",
        "settleCcy": "" if is_spot else quote,
        "ctVal": "" if is_spot else "1",
        "ctMult": "" if is_spot else "1",
        "ctValCcy": "" if is_spot else base,
        "ctType": "" if is_spot else "linear",
        "tickSz": _TICK,
        "lotSz": _LOT,
        "minSz": _LOT,
        "state": "live",
    }
