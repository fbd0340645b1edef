"""What the page sends to browsers goes into the package, and no folder of it is crowded."""

from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.command.build_py import build_py

from tests.support.assets import ASSETS, ROOT, assets

MOST_FILES = 12


def test_every_file_is_part_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # the patterns in pyproject.toml begin there
    distribution = Distribution()
    distribution.parse_config_files(["pyproject.toml"])
    command = build_py(distribution)
    command.finalize_options()
    packed = {
        Path(folder, name).resolve()
        for package, folder, _, names in command.get_data_files_without_manifest()
        for name in names
        if package == "visualizer"
    }
    assert packed == set(assets())


def test_no_folder_is_crowded() -> None:
    for folder in {file.parent for file in assets()}:
        count = sum(file.is_file() for file in folder.iterdir())
        assert count <= MOST_FILES, f"{folder.relative_to(ASSETS)} holds {count} files"
