"""`orderflow-export`, and `python -m orderflow.export`."""

from shared.command_line.start import start


def run() -> None:
    """Write what a run has kept as a file."""
    start("orderflow.export.command:main")


if __name__ == "__main__":
    run()
