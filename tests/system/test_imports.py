"""Imports flow one way: a table says which folder may import which, and never in a circle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "orderflow", "recorder", "processor", "visualizer", "supervisor")

FACES = {
    *("db_interpreter", "ohlc_processor", "orderbook_manager", "metrics_calculator"),
    *("level_parser", "viz_io"),
}
"""Public names of what lies in the folders: for others to import, and nobody here."""

MAY_IMPORT = {
    "shared": "",
    "shared/command_line": "shared/recordings",
    "shared/recordings": "",
    "shared/recordings/writing": "shared/recordings",
    "shared/recordings/growing": "shared/recordings",
    "shared/run_files": "",
    "shared/history": "",
    "shared/history/order_flow": "shared/history",
    "orderflow": "tables shared/history shared/history/order_flow shared/recordings"
    " shared/run_files",
    "orderflow/tables": "shared/history shared/history/order_flow",
    "orderflow/export": ". tables shared/history shared/run_files",
    "recorder/importers": "importers/archives importers/formats importers/formats/books"
    " importers/formats/streams importers/formats/trades importers/placing shared/recordings",
    "recorder/importers/archives": "shared/recordings",
    "recorder/importers/formats": "importers/archives importers/placing",
    "recorder/importers/formats/trades": "importers/archives importers/formats importers/placing"
    " shared/recordings",
    "recorder/importers/formats/books": "importers/archives importers/placing shared/recordings"
    " shared/recordings/writing",
    "recorder/importers/formats/streams": "importers/archives importers/formats"
    " importers/formats/books importers/placing shared/recordings shared/recordings/writing",
    "recorder/importers/placing": "importers/archives shared/recordings shared/recordings/writing",
    "recorder/live": "live/adapter live/okx shared/recordings shared/recordings/writing",
    "recorder/live/adapter": "shared/recordings shared/recordings/writing",
    "recorder/live/okx": "importers/formats/streams importers/placing live/adapter"
    " shared/recordings/writing",
    "recorder/simulator": "shared/command_line shared/recordings/writing",
    "recorder/simulator/exchange/protocol": "",
    "recorder/simulator/exchange/listed": "simulator simulator/exchange/protocol",
    "recorder/simulator/exchange/delivery": "simulator/exchange/protocol",
    "recorder/simulator/exchange/markets": "simulator simulator/exchange/delivery"
    " simulator/exchange/listed simulator/exchange/protocol shared/recordings"
    " shared/recordings/writing",
    "recorder/simulator/exchange": "simulator simulator/exchange/delivery"
    " simulator/exchange/listed simulator/exchange/markets simulator/exchange/protocol",
    "processor": "job engine/compiling",
    "processor/rules": "shared/recordings",
    "processor/poison": "shared/recordings shared/run_files",
    "processor/calculation": "poison rules shared/recordings shared/run_files",
    "processor/reporting": "calculation shared/recordings shared/run_files",
    "processor/reference": "calculation reporting rules shared/recordings shared/run_files",
    "processor/engine/kernels": "calculation rules shared/history shared/recordings",
    "processor/engine/compiling": "calculation rules engine/kernels shared/history"
    " shared/recordings",
    "processor/engine/history": "calculation history engine/compiling engine/kernels"
    " shared/history",
    "processor/engine/sqlite": "rules shared/recordings",
    "processor/engine/books": "calculation engine/compiling engine/kernels shared/recordings",
    "processor/engine": "calculation poison reporting engine/books engine/compiling"
    " engine/kernels engine/sqlite shared/recordings shared/run_files",
    "processor/engine/intake": "calculation poison rules engine engine/books engine/kernels"
    " engine/sqlite shared/recordings",
    "processor/engine/replay": "calculation poison reporting engine engine/intake engine/compiling"
    " engine/sqlite shared/recordings shared/run_files",
    "processor/engine/follow": "calculation poison reporting engine engine/compiling"
    " engine/intake engine/replay engine/sqlite shared/recordings shared/recordings/growing",
    "processor/history": "calculation rules shared/history shared/recordings shared/run_files",
    "processor/job": "calculation history poison reference reporting engine/compiling"
    " engine/follow engine/history engine/replay shared/recordings shared/recordings/growing"
    " shared/run_files",
    "visualizer": "page serving",
    "visualizer/wording": "shared/recordings shared/run_files",
    "visualizer/feed": "wording shared/run_files",
    "visualizer/sources": "feed wording shared/history shared/run_files",
    "visualizer/serving": "sources shared/history",
    "visualizer/page": "serving sources shared/run_files",
    "supervisor": "control files health logs loop policy processes shared/command_line"
    " shared/run_files",
    "supervisor/loop": "",
    "supervisor/policy": "shared/run_files",
    "supervisor/logs": "loop shared/run_files",
    "supervisor/files": "logs shared/run_files",
    "supervisor/health": "loop shared/run_files",
    "supervisor/control": "loop files shared/run_files",
    "supervisor/processes": "loop logs policy health shared/run_files",
}
"""Whom the modules of each folder may import, apart from their own folder and from what lies in
`shared/` itself; a package's own folders are named without it, its topmost as `.`. Entry points,
which a user starts, may also import what lies in `shared/command_line/`."""

ENTRY_POINTS = {
    *("processor.main", "supervisor.main", "visualizer.app", "recorder.simulator.command"),
    *("orderflow.export.command", "recorder.importers.command"),
    *("recorder.live.command", "recorder.live.__main__"),
    "recorder.simulator.exchange.command",
    *(f"{package}.__main__" for package in ("processor", "supervisor", "visualizer")),
    *("orderflow.export.__main__", "recorder.importers.__main__"),
}
HEAVY = {
    "orderflow": {"dash", "flask", "numba"},
    "processor": {"dash", "plotly", "flask"},
    "recorder": {"dash", "plotly", "flask", "numpy", "numba"},
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


def folder_of(module: str) -> str | None:
    """Return the folder that the module lies in, None when it is none of ours."""
    file = ROOT / (module.replace(".", "/") + ".py")
    return str(file.parent.relative_to(ROOT)) if file.is_file() else None


def allowed(folder: str) -> set[str]:
    package = folder.partition("/")[0]
    return {
        name if name.startswith("shared/") else f"{package}/{name}".removesuffix("/.")
        for name in MAY_IMPORT[folder].split()
    }


def crossings() -> Iterator[tuple[Path, str, str]]:
    """Yield each import of ours that leaves its folder: the file, its folder and the other."""
    for package in PACKAGES:
        for file, modules in imports_of(package).items():
            folder = str(file.parent.relative_to(ROOT))
            is_entry = ".".join(file.relative_to(ROOT).with_suffix("").parts) in ENTRY_POINTS
            for other in {folder_of(module) for module in modules} - {None, folder, "shared"}:
                is_shell = is_entry and other == "shared/command_line"
                if file.stem not in FACES and not is_shell:
                    yield file, folder, str(other)


def test_every_folder_is_in_the_table() -> None:
    folders = {
        str(file.parent.relative_to(ROOT))
        for package in PACKAGES
        for file in imports_of(package)
        if file.name != "__init__.py"
    }
    assert folders == set(MAY_IMPORT)


def test_folders_import_only_whom_the_table_allows_and_all_of_them() -> None:
    met: dict[str, set[str]] = {folder: set() for folder in MAY_IMPORT}
    for file, folder, other in crossings():
        assert other in allowed(folder), f"{file.relative_to(ROOT)} imports from {other}"
        met[folder].add(other)
    assert met == {folder: allowed(folder) for folder in MAY_IMPORT}


def test_no_folders_import_each_other_in_a_circle() -> None:
    order = TopologicalSorter({folder: allowed(folder) for folder in MAY_IMPORT})
    order.prepare()  # raises CycleError


def test_faces_are_imported_by_nobody_here() -> None:
    for package in PACKAGES:
        faces = {f"{package}.{face}" for face in FACES}
        for file, modules in imports_of(package).items():
            assert not modules & faces, f"{file.relative_to(ROOT)} imports a face"


def test_no_folder_is_crowded() -> None:
    for folder in MAY_IMPORT:
        count = len([file for file in (ROOT / folder).glob("*.py") if file.name != "__init__.py"])
        assert 0 < count <= 13, f"{folder} holds {count} modules"
