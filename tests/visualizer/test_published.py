from pathlib import Path
from typing import Any

import pytest

from shared.atomic_file import write_json
from shared.errors import BrokenFileError
from visualizer.published import Depth, read_bars, read_depth


def test_bars_are_returned_as_they_are(tmp_path: Path) -> None:
    bars = [[0, 1.5, 2, 1, 2, 0.25], [60_000, 2, 2, 2, 2, 1]]
    write_json(tmp_path / "ohlc_data.json", bars)
    assert read_bars(tmp_path / "ohlc_data.json", 6) == bars


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"bars": []}, "expected an array of bars, found dict"),
        ([[0, 1, 2]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, "4"]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, None]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, True]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, 4], "bar"], "bar 1: expected 5 numbers"),
        ([[5, 1, 2, 3, 4], [5, 1, 2, 3, 4]], "bar 1: expected a time above 5"),
    ],
    ids=["object", "short", "text", "null", "truth value", "no array", "time repeated"],
)
def test_what_is_no_array_of_bars_is_refused(tmp_path: Path, document: Any, complaint: str) -> None:
    write_json(tmp_path / "cvd_data.json", document)
    with pytest.raises(BrokenFileError, match=complaint):
        read_bars(tmp_path / "cvd_data.json", 5)


def test_depth_is_returned_best_first(tmp_path: Path) -> None:
    write_json(tmp_path / "depth_data.json", {"bids": [[2, 1], [1, 1]], "asks": []})
    assert read_depth(tmp_path / "depth_data.json") == Depth(bids=[[2, 1], [1, 1]], asks=[])


@pytest.mark.parametrize(
    "document",
    [[], {"bids": []}, {"bids": [[1]], "asks": []}, {"bids": {}, "asks": []}],
    ids=["array", "one side", "no size", "side is an object"],
)
def test_what_is_no_book_is_refused(tmp_path: Path, document: Any) -> None:
    write_json(tmp_path / "depth_data.json", document)
    with pytest.raises(BrokenFileError, match="expected"):
        read_depth(tmp_path / "depth_data.json")
