"""Imports flow one way: shared <- processor, visualizer, supervisor, and never between these."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "recorder", "processor", "visualizer", "supervisor")
ENTRY_POINTS = {
    *("processor.main", "supervisor.main", "visualizer.app", "recorder.simulator.command"),
    *(f"{package}.__main__" for package in ("processor", "supervisor", "visualizer")),
}
HEAVY = {
    "processor": {"dash", "plotly", "flask"},
    "supervisor": {"dash", "plotly", "flask", "numpy", "numba"},
}


def imported_modules(file: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            modules.add(node.module or "")
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def imports_of(package: str) -> dict[Path, set[str]]:
    files = {file: imported_modules(file) for file in (ROOT / package).rglob("*.py")}
    assert files, f"{package} has no modules"
    return files


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_shared_and_itself(package: str) -> None:
    foreign = {*PACKAGES, "tests", "benchmarks"} - {package, "shared"}
    for file, modules in imports_of(package).items():
        tops = {module.partition(".")[0] for module in modules}
        assert not tops & foreign, f"{file.relative_to(ROOT)} imports {tops & foreign}"


@pytest.mark.parametrize("package", PACKAGES)
def test_entry_points_are_imported_by_nothing(package: str) -> None:
    for file, modules in imports_of(package).items():
        assert not modules & ENTRY_POINTS, f"{file.relative_to(ROOT)} imports an entry point"


@pytest.mark.parametrize("package", sorted(HEAVY))
def test_a_worker_does_not_import_what_is_another_one_s(package: str) -> None:
    for file, modules in imports_of(package).items():
        tops = {module.partition(".")[0] for module in modules}
        heavy = tops & HEAVY[package]
        assert not heavy, f"{file.relative_to(ROOT)} imports {heavy}"
