"""The page's modules import one way: core <- charts, book, header, panels <- `main.mjs`.

So do core <- history <- navigation. Within charts: a scene knows no element, painters know neither
data nor elements.
"""

import re
from pathlib import Path

import pytest

from tests.support.assets import ASSETS, assets

MAY_IMPORT = {
    "core": {"core"},
    "charts": {"core", "charts"},
    "book": {"core", "book"},
    "header": {"core", "header"},
    "panels": {"core"},  # not each other either: main.mjs hands one what another offers
    "history": {"core", "history"},
    "navigation": {"core", "history", "navigation"},
    "main.mjs": {"core", "charts", "book", "header", "history", "navigation", "panels"},
}
OF_THE_CHARTS = {
    "charts/scene": {
        *("charts/last_values.mjs", "charts/rows.mjs", "charts/ticks.mjs", "charts/tones.mjs"),
        *("core/columns.mjs", "core/view.mjs"),
    },
    "charts/painters": {"charts/tones.mjs"},
}
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*(["'])(?P<path>.*?)\1""")
MODULES = assets("*.mjs")


def part_of(module: Path) -> str:
    return module.relative_to(ASSETS).parts[0]


def imports_of(module: Path) -> set[Path]:
    paths = [match["path"] for match in IMPORT.finditer(module.read_text("utf-8"))]
    for path in paths:
        assert path.startswith(("./", "../")), f"{module.name} imports {path}"
    return {(module.parent / path).resolve() for path in paths}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ASSETS)))
def test_a_module_imports_only_what_its_folder_may(module: Path) -> None:
    allowed = MAY_IMPORT[part_of(module)]
    for imported in imports_of(module):
        assert imported.is_file(), f"{module.name} imports {imported}, which is not there"
        assert part_of(imported) in allowed, f"{module.name} imports {imported}"


@pytest.mark.parametrize("folder", OF_THE_CHARTS)
def test_scene_and_painters_know_only_what_they_need(folder: str) -> None:
    imported = {path for module in (ASSETS / folder).iterdir() for path in imports_of(module)}
    found = {str(path.relative_to(ASSETS)) for path in imported}
    inside = {name for name in found if name.startswith(f"{folder}/")}
    assert found - inside - {"core/types.d.ts"} <= OF_THE_CHARTS[folder]


@pytest.mark.parametrize("folder", OF_THE_CHARTS)
def test_scene_and_painters_ask_no_element(folder: str) -> None:
    for module in (ASSETS / folder).iterdir():
        assert not re.search(r"\b(document|window)\.", module.read_text("utf-8")), module.name


def test_every_module_is_reached_from_the_one_that_has_a_tag() -> None:
    reached: set[Path] = set()
    waiting = {ASSETS / "main.mjs"}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= imports_of(module) - reached
    assert {module for module in reached if module.suffix == ".mjs"} == set(MODULES)
