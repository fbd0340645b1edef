"""What the page sends to browsers goes into the package."""

from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.command.build_py import build_py

from tests.support.assets import ROOT, assets


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
