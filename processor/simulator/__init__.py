"""Makes seeded recordings of a simulated market, in the form an OKX recorder leaves behind."""

from processor.simulator.market import simulate
from processor.simulator.recording import LevelForm, Recording
from processor.simulator.writer import write_recording

__all__ = ["LevelForm", "Recording", "simulate", "write_recording"]
