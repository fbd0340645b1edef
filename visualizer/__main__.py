"""`orderflow-visualize`, and `python -m visualizer`."""

from shared.command_line.start import start
from shared.exit_codes import ExitCode


def run() -> None:
    """Serve the page; told to stop it has done what it should, even before it is there."""
    start("visualizer.app:main", interrupted=ExitCode.OK)


if __name__ == "__main__":
    run()
