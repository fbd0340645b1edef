from pathlib import Path
from typing import Any

import pytest

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import write_json
from visualizer.sources.published import Depth, read_depth


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
