"""Keeps `benchmarks/RESULTS.md`: a section for each benchmark, rewritten by its own alone."""

import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEADER = "# Results\n\nEach benchmark rewrites its own section: `make bench`, or its own target.\n"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table: what was measured, and the goal it is held against.

    `goal` is a limit, the least where `is_at_least`, else the most; None where there is none.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    is_at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the value keeps to the goal."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.is_at_least else self.value <= self.goal


def as_table(figures: Sequence[Figure]) -> str:
    """Return `figures` as a Markdown table."""
    lines = ["| figure | measured | goal | met | |", "|---|---|---|---|---|"]
    for figure in figures:
        goal, met = "", ""
        if figure.goal is not None:
            goal = f"{'≥' if figure.is_at_least else '≤'} {figure.goal:g} {figure.unit}".rstrip()
            met = "yes" if figure.is_met else "**no**"
        value = f"{figure.value:.3g}" if abs(figure.value) < 1000 else f"{figure.value:,.0f}"
        measured = f"{value} {figure.unit}".rstrip()
        lines.append(f"| {figure.name} | {measured} | {goal} | {met} | {figure.note} |")
    return "\n".join(lines)


def describe_machine(packages: Sequence[str]) -> str:
    """Return date, commit, machine, how busy it is, the versions of Python and `packages`."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return (
        f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}{_commit()}; {_cpu()},"
        f" {os.cpu_count()} cores"
        f"{load}; {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {versions}"
    )


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Put `text` in the place of the section `name` of the file at `path`, or at its end."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    content = path.read_text(encoding="utf-8") if path.exists() else HEADER
    section = f"{opening}\n{text.strip()}\n{closing}"
    before, found, rest = content.partition(opening)
    _, _, after = rest.partition(closing)
    content = before + section + after if found else f"{content.rstrip()}\n\n{section}\n"
    path.write_text(content, encoding="utf-8")


def _commit() -> str:
    """Return what was checked out, and nothing where that is no checkout."""
    command = ["git", "-C", str(RESULTS.parent), "rev-parse", "--short", "HEAD"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f", commit {told.strip()}"


def _cpu() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
