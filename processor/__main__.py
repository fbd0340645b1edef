"""`orderflow-process`, and `python -m processor`."""

from shared.command_line.start import start


def run() -> None:
    """Process recorded day files."""
    start("processor.main:run")


if __name__ == "__main__":
    run()
