"""The tools that check the page's scripts are pinned, whatever registry npm is set up to ask."""

import json
from typing import Any

from tests.support.assets import ROOT

LOCK = ROOT / "package-lock.json"


def tools() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(LOCK.read_text("utf-8"))["packages"]
    return {name: package for name, package in packages.items() if name}


def test_every_tool_is_pinned_by_its_hash() -> None:
    assert tools()
    assert [name for name, tool in tools().items() if not tool.get("integrity")] == []


def test_the_pins_name_no_address() -> None:
    assert "://" not in LOCK.read_text("utf-8")
