"""`python -m recorder.simulator`: write a simulated recording."""

from shared.command_line.start import start

if __name__ == "__main__":
    start("recorder.simulator.command:main")
