"""Replay one day file: its book batch by batch, its trades in step with it."""

from collections.abc import Iterator
from enum import StrEnum

import numpy as np

from processor.day_files import DayFile
from processor.db_interpreter import Position
from processor.engine.kernels import Kernels
from processor.engine.state import EngineState
from processor.quality import Quality
from processor.sqlite_source import open_recording, recording_uri
