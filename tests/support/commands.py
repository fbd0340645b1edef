"""Run our commands as real processes."""

import os
import subprocess
import sys
from pathlib import Path


def command_path(name: str) -> str:
    """Return the installed command `name` of this environment."""
    return str(Path(sys.executable).parent / name)


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment without Orderflow's variables, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERFLOW_")}
    return kept | extra


def run_command(
    name: str, *arguments: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `name` to its end and return exit code and output."""
    return subprocess.run(
        [command_path(name), *map(str, arguments)],
        env=clean_environment(**(env or {})),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
