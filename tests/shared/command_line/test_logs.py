"""Log lines: one an event, stamped in UTC, on standard error."""

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging
from shared.command_line.logs import configure_logging
configure_logging()
configure_logging()
logging.getLogger("processor.x").info("read %d rows", 5)
logging.getLogger("processor.x").debug("not shown")
"""


def test_an_event_is_one_line_with_utc_time_level_and_name() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[3],
        env={"TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == ""
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO    processor\.x: read 5 rows\n", done.stderr
    )
