"""`orderflow-record`, and `python -m recorder.live`."""

from shared.command_line.start import start
from shared.exit_codes import ExitCode


def run() -> None:
    """Record an exchange; told to stop it has done what it should, even before it is there."""
    start("recorder.live.command:main", interrupted=ExitCode.OK)


if __name__ == "__main__":
    run()
