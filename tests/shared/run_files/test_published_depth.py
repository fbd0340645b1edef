from pathlib import Path
from typing import Any

import pytest

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import write_json
from shared.run_files.documents import read_document
from shared.run_files.published_depth import PublishedDepth


def test_depth_survives_the_file(tmp_path: Path) -> None:
    depth = PublishedDepth(bids=[(2.0, 1.0), (1.0, 1.5)], asks=[])
    write_json(tmp_path / "depth_data.json", depth)
    assert read_document(tmp_path / "depth_data.json", PublishedDepth) == depth


def test_whole_numbers_are_numbers(tmp_path: Path) -> None:
    write_json(tmp_path / "depth_data.json", {"bids": [[2, 1]], "asks": []})
    found = read_document(tmp_path / "depth_data.json", PublishedDepth)
    assert found == PublishedDepth(bids=[(2.0, 1.0)], asks=[])


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"bids": []},
        {"bids": [[1]], "asks": []},
        {"bids": {}, "asks": []},
        {"bids": [[1, None]], "asks": []},
        {"bids": [[1, "2"]], "asks": []},
        {"bids": [[1, True]], "asks": []},
        {"bids": [[1, -2]], "asks": []},
    ],
    ids=[
        "array",
        "one side",
        "no size",
        "side is an object",
        "null",
        "text",
        "truth value",
        "below 0",
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, document: Any) -> None:
    write_json(tmp_path / "depth_data.json", document)
    with pytest.raises(BrokenFileError, match="expected a published depth, found: "):
        read_document(tmp_path / "depth_data.json", PublishedDepth)
