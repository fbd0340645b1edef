"""Check a file against the `.CHECKSUM` beside it, as Binance publishes them."""

import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path

from recorder.importers.archives.problems import DamagedError
from recorder.importers.archives.unpacking import PIECE_BYTES

_SUM = re.compile(r"\s*([0-9a-fA-F]{64})\b")


def check_sum(path: Path, on_read: Callable[[int], object]) -> bool:
    """Say whether a checksum lies beside `path`, and is right.

    Raises DamagedError when it is wrong, or no SHA-256. `on_read` is told how many bytes are read.
    """
    beside = path.with_name(f"{path.name}.CHECKSUM")
    try:
        told = beside.read_text("utf-8", "replace")
    except OSError:
        return False
    match = _SUM.match(told)
    if match is None:
        raise DamagedError(f"{beside.name} beside it holds no SHA-256")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            on_read(len(piece))
    if not hmac.compare_digest(digest.hexdigest(), match[1].lower()):
        raise DamagedError(
            f"it is not what {beside.name} says: its SHA-256 is {digest.hexdigest()}"
        )
    return True
