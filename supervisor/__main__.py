"""`orderflow-supervise`, and `python -m supervisor`."""

from shared.command_line.start import start


def run() -> None:
    """Run the system, or ask the one that runs."""
    start("supervisor.main:main")


if __name__ == "__main__":
    run()
