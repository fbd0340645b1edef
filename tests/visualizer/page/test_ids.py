"""The scripts and style sheets know the parts of the page by the names in `ids.py`."""

import re
from pathlib import Path

from shared.job import Job, TimeRange
from tests.support.assets import assets
from visualizer.page import ids
from visualizer.page.layout import page_layout

NAMES = {value for name, value in vars(ids).items() if name.isupper()}


def laid_out() -> set[str]:
    job = Job("BTC-USDT", TimeRange(0, 86_400_000), Path("d"), Path("r"), 60, 50)
    return {str(part.id) for part in page_layout(job, 500)._traverse() if hasattr(part, "id")} | {
        ids.PAGE
    }


def test_every_name_is_laid_out_once() -> None:
    assert laid_out() == NAMES


def test_scripts_ask_only_for_names_that_exist() -> None:
    asked: set[str] = set()
    for script in assets("*.mjs"):
        text = script.read_text("utf-8")
        asked |= set(re.findall(r'(?:byId|getElementById)\("([^"]+)"\)', text))
        asked |= set(re.findall(r'(?:setText|showChip|setControl)\(\s*"([^"]+)"', text))
    assert asked
    assert asked <= NAMES


def test_style_sheets_style_only_names_that_exist() -> None:
    styled: set[str] = set()
    for sheet in assets("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        selectors = re.sub(r"\{[^{}]*\}", "{}", text)
        styled |= set(re.findall(r"#([a-z][\w-]*)", selectors))
    assert styled
    assert styled <= NAMES
