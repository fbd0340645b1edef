"""`orderflow-import`, and `python -m recorder.importers`."""

from shared.command_line.start import start


def run() -> None:
    """Make recordings of downloads."""
    start("recorder.importers.command:main")


if __name__ == "__main__":
    run()
