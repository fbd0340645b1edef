"""Run commands as somebody for whom the modes of files count, which they do not for root."""

import os
import shutil

import pytest

_CAPABILITIES = "-dac_override,-dac_read_search"


def as_ordinary_user() -> list[str]:
    """Return what to put before a command; skip where root cannot give up its rights."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("the modes of files do not count for root, and there is no setpriv")
    return ["setpriv", f"--bounding-set={_CAPABILITIES}", f"--inh-caps={_CAPABILITIES}"]
