"""Keep the newest bars in a JSON file."""

import json
from pathlib import Path

from shared.bars import MAX_BARS, Bar, append_bar, upsert_bar
from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json, write_json


def add_ohlc_bar(path: Path, bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Append `bar` to the array in `path`, trimmed to the newest `max_bars`.

    Raises BrokenFileError when `path` holds no array; it is then left as it was.
    """
    bars = _read_bars(path)
    append_bar(bars, bar, max_bars)
    write_json(path, bars)


def upsert_ohlc_bar(path: Path, bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Replace the last bar in `path` when its timestamp is that of `bar`, else append and trim.

    Raises BrokenFileError when `path` holds no array; it is then left as it was.
    """
    bars = _read_bars(path)
    upsert_bar(bars, bar, max_bars)
    write_json(path, bars)


def clear_data(path: Path) -> None:
    """Reset the array in `path` to an empty one."""
    write_json(path, [])


def _read_bars(path: Path) -> list[Bar]:
    try:
        bars = read_json(path)
    except FileNotFoundError:
        return []
    if not isinstance(bars, list):
        raise BrokenFileError(path, f"expected an array of bars, found {type(bars).__name__}")
    for bar in bars:
        if not isinstance(bar, list) or not bar:
            raise BrokenFileError(path, f"expected an array of bars, found {json.dumps(bar)} in it")
    return bars
