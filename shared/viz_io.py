"""Bars in JSON files, under the public name."""

from shared.bars import MAX_BARS, Bar, append_bar, upsert_bar
from shared.run_files.bar_files import add_ohlc_bar, clear_data, upsert_ohlc_bar

__all__ = [
    "MAX_BARS",
    "Bar",
    "add_ohlc_bar",
    "append_bar",
    "clear_data",
    "upsert_bar",
    "upsert_ohlc_bar",
]
