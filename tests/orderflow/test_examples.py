"""The examples of the package run, on the history of the demo's first hour."""

import doctest
import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import orderflow

MODULES = [
    orderflow,
    *(
        import_module(module.name)
        for module in pkgutil.walk_packages(orderflow.__path__, "orderflow.")
        if not module.name.endswith("__main__")
    ),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_its_examples_run(
    module: ModuleType, demo_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo_run.parent)
    result = doctest.testmod(module, extraglobs={"orderflow": orderflow})
    assert result.failed == 0


def test_every_public_method_has_an_example() -> None:
    finder = doctest.DocTestFinder()
    found = {test.name for test in finder.find(orderflow.Run) if test.examples}
    asked = {"bars", "trades", "footprint", "profile", "heat", "cvd", "vwap", "quality", "figure"}
    assert found == {f"Run.{name}" for name in asked}
