"""What the feed tells of a run directory while another run begins in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.job import Job, TimeRange
from shared.run_files.processor_status import read_processor_status
from tests.support.run_files import RunFiles
from visualizer.sources import run_view
from visualizer.sources.run_view import RunView


def view_of(files: RunFiles) -> RunView:
    root = files.run.root
    return RunView(files.run, Job("BTC-USDT", TimeRange(0, 1), Path("data"), root, 60, 50))


def told(view: RunView, position: str | None = None) -> dict[str, Any]:
    message = view.message_since(position)
    assert message is not None
    content: dict[str, Any] = json.loads(message)
    return content


def test_the_job_is_told_with_the_bars_that_are_its(tmp_path: Path) -> None:
    files = RunFiles(tmp_path)
    files.write_processor(instrument="ETH-USDT", window_seconds=300)
    files.add(3)
    message = told(view_of(files))
    assert message["job"]["instrument"] == "ETH-USDT"
    assert message["job"]["window_seconds"] == 300
    assert message["ohlc"]["rows"] == files.ohlc


def test_bars_read_while_the_job_changes_are_told_under_neither_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = RunFiles(tmp_path)
    files.write_processor()
    files.add(3)
    view = view_of(files)
    before = told(view)
    files.add(1)
    begun = iter(["ETH-USDT"])

    def begin_another(path: Path) -> object:
        """Read the depth, the last before the record; that moment another run begins."""
        for instrument in begun:
            files.write_processor(instrument=instrument)
        return read_depth(path)

    read_depth = run_view._read_depth
    monkeypatch.setattr(view._depth, "_decode", begin_another)
    assert view.message_since(before["position"]) is None
    after = told(view, before["position"])
    assert after["job"]["instrument"] == "ETH-USDT"
    assert read_processor_status(files.run.processor_status).instrument == "ETH-USDT"
