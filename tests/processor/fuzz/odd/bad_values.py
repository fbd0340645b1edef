"""Values that make a row one that cannot be used, by the kind it is counted under."""

from typing import Any

BAD_BOOK: dict[str, dict[str, tuple[Any, ...]]] = {
    "malformed_levels": {
        "bids": ("[[99, 5]", "", "[", "null", "[1]", "garbage", '{"99": 5}', '[["1"]]', "[[99]]"),
        "asks": (None, 7, b"\xff\xfe", "[" * 2000 + "]" * 2000, "[[NaN, 5]]", "[[[99, 5]]]", "[,]"),
    },
    "bad_level": {
        "bids": ('[["nan", "5"]]', '[["-99", "5"]]', '[["0", "5"]]', '[["9_9", "5"]]', "[[1,-1]]"),
        "asks": ('[["99","5"],["98","x"]]', "[[99,true]]", '[["99","1e999"]]', '[["1e31","1"]]'),
    },
}

BAD_TRADES: dict[str, dict[str, tuple[Any, ...]]] = {
    "bad_price": {
        "price": (None, "nan", float("inf"), float("-inf"), -100.0, 0, -0.0, "cheap", "1_00", 2e30)
    },
    "bad_size": {"size": (None, "NaN", float("-inf"), -1, 1e308, 0, "", "-0.0", b"\xff")},
    "unknown_side": {"side": (None, "hold", 1, "", b"\x00", "buy sell")},
}

BAD_ROWS: dict[str, dict[str, tuple[Any, ...]]] = {
    "bad_timestamp": {
        "timestamp": (
            *(None, "", "noon", 0, "1e9999999", "2025070113", b"\xff", "20250701", -5, "nan"),
            *("2025070113050925", "17513280000001751328000000", "\x00", "2025-13-01T00:00:00"),
        )
    },
    "other_instrument": {"instrument": ("ETH-USDT", b"BTC-USDT-SWAP", 7, " ")},
}
"""Of either table."""
