"""Find the files that the page sends to browsers, in whatever folder they lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "visualizer" / "assets"


def assets(pattern: str = "*") -> list[Path]:
    """Return the files of all folders whose name matches, in order; finding none is an error."""
    found = sorted(path for path in ASSETS.rglob(pattern) if path.is_file())
    assert found, f"no {pattern} in {ASSETS}"
    return found
