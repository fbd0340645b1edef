"""Read what a run has kept: bars of any window, trades, footprints, profiles, CVD and VWAP.

>>> import orderflow
>>> with orderflow.open("run") as run:
...     bars = run.bars("5m")
>>> len(bars), bars.volume.shape
(12, (12,))
"""

from orderflow.run import Run
from orderflow.run import open_run as open  # noqa: A004 - as in `orderflow.open`
from shared.errors import OrderflowError, UsageError
from shared.history.order_flow.value_area import ValueAreaBy
from shared.history.repository import HistoryError

__all__ = ["HistoryError", "OrderflowError", "Run", "UsageError", "ValueAreaBy", "open"]
