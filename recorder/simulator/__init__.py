"""Makes seeded recordings of a simulated market, in the form an OKX recorder leaves behind."""

from recorder.simulator.market import simulate
from recorder.simulator.recording import LevelForm, Recording
from recorder.simulator.writer import write_recording

__all__ = ["LevelForm", "Recording", "simulate", "write_recording"]
