"""Colours are declared once, in `palette.css`; scripts and the other style sheets only use them."""

import re

import pytest

from tests.support.assets import ASSETS, assets
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.page_server import PageServer
from visualizer.page.dash_app import INDEX

PALETTE = ASSETS / "styles" / "palette.css"
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(\s*[\d.]", re.IGNORECASE
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATIONS = re.compile(r"\{([^{}]*)\}")
LINE_COMMENT = re.compile(r"//.*")
STRING = re.compile(r'"[^"\n]*"|`[^`]*`')

DEFAULT = {
    "paper": "#0d1117",
    "grid": "#1c232d",
    "axis": "#9aa6b2",
    "zero": "#4a5563",
    "gap": "rgba(139, 148, 158, 0.13)",
    "cross": "#6b7684",
    "up": "#56a8f5",
    "down": "#f0883e",
    "obiUp": "#8fd0ff",
    "obiDown": "#2f74c0",
    "tot": "#b8a5e0",
    "totBand": "rgba(184, 165, 224, 0.22)",
    "obiBand": "rgba(154, 166, 178, 0.13)",
    "upFill": "rgba(86, 168, 245, 0.4)",
    "downFill": "rgba(240, 136, 62, 0.4)",
}
GREEN_AND_RED = {
    **DEFAULT,
    "up": "#3fb68b",
    "down": "#f6685e",
    "upFill": "rgba(63, 182, 139, 0.4)",
    "downFill": "rgba(246, 104, 94, 0.4)",
}


def colours_in_sheet(text: str) -> list[str]:
    blocks = DECLARATIONS.findall(COMMENT.sub("", text))
    return [colour for block in blocks for colour in COLOUR.findall(block)]


def colours_in_script(text: str) -> list[str]:
    strings = STRING.findall(LINE_COMMENT.sub("", COMMENT.sub("", text)))
    return COLOUR.findall(" ".join(strings))


def test_scripts_name_no_colour() -> None:
    assert colours_in_script('draw("1px solid #4a5563"); // as the sheet has it')
    for script in assets("*.mjs"):
        assert not colours_in_script(script.read_text("utf-8")), script.name


def test_one_style_sheet_declares_all_colours() -> None:
    assert colours_in_sheet(PALETTE.read_text("utf-8"))
    for sheet in set(assets("*.css")) - {PALETTE}:
        assert not colours_in_sheet(sheet.read_text("utf-8")), sheet.name


def test_the_browser_s_own_bars_have_the_colour_of_the_paper() -> None:
    assert f'name="theme-color" content="{DEFAULT["paper"]}"' in INDEX
    assert f"--paper: {DEFAULT['paper']};" in PALETTE.read_text("utf-8")


@pytest.mark.browser
def test_scripts_read_their_colours_from_the_style_sheet(
    server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    names = ["blue-orange", "green-red", "no such palette"]
    found = page.evaluate(
        """async (names) => {
          const { paletteOf } = await import("/assets/core/palette.mjs");
          return names.map((name) => paletteOf(name));
        }""",
        names,
    )
    assert found == [DEFAULT, GREEN_AND_RED, DEFAULT]
