"""`python -m recorder.simulator`: write a simulated recording, or with `serve` be an exchange."""

import sys

from shared.command_line.start import start

if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        del sys.argv[1]
        start("recorder.simulator.exchange.command:run")
    else:
        start("recorder.simulator.command:main")
