"""Configure logging once, in an entry point: one line an event, on standard error."""

import logging
import time

LINE = "%(asctime)sZ %(levelname)-7s %(name)s: %(message)s"


def configure_logging(level: int = logging.INFO) -> None:
    """Send log records of `level` and above to standard error, stamped in UTC."""
    formatter = logging.Formatter(LINE, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
