"""Who imports whom inside the supervisor: no circles, and one way into the file watch."""

import ast
from pathlib import Path

from tests.supervisor.harness import ROOT


def imports_of(file: Path) -> set[str]:
    """Return the modules of the supervisor that `file` names in an import, for types or not."""
    return {
        node.module
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("supervisor.")
    }


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


GRAPH = {module_of(file): imports_of(file) for file in (ROOT / "supervisor").rglob("*.py")}


def test_no_module_leads_back_to_itself() -> None:
    left = {module: set(needed) for module, needed in GRAPH.items()}
    while free := [module for module, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]
    assert left == {}


def test_the_rooms_of_the_file_watch_are_entered_by_its_door_alone() -> None:
    outside = {m: needed for m, needed in GRAPH.items() if not m.startswith("supervisor.files.")}
    entered = {name for needed in outside.values() for name in needed if "supervisor.files" in name}
    assert entered == {"supervisor.files.file_watch"}


def test_no_worker_is_known_by_name_but_in_the_list() -> None:
    named = {
        module_of(file)
        for file in (ROOT / "supervisor").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in {"processor", "visualizer"}
    }
    assert named == {"supervisor.processes.worker_spec"}
