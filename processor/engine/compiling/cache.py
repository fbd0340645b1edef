"""Choose where compiled kernels are kept, so that none is ever used for other sources."""

import contextlib
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numba
from llvmlite import binding
from numba.core import config

from processor.calculation import book_pieces
from processor.engine import kernels
from processor.rules import chain, heat, snapshots
from shared.history import heat as heat_layout
from shared.recordings import records

logger = logging.getLogger(__name__)

_SOURCES = Path(kernels.__file__).parent
_OPTIONS = Path(__file__).parent
_RULES = (
    chain.__file__,
    snapshots.__file__,
    heat.__file__,
    heat_layout.__file__,
    book_pieces.__file__,
    records.__file__,
)
_PREFIX = "kernels-"


def keep_compiled_kernels() -> bool:
    """Have Numba keep what it compiles; return False where there is no folder to write to.

    Numba looks only at the file that a kernel is written in: one that calls what another file
    defines would be taken from the cache though that has changed, with another layout of its data,
    and write where it must not. So all of them together name the folder. It lies in
    NUMBA_CACHE_DIR, beside the sources, or in the user's own cache.
    """
    name = _PREFIX + _digest_of_sources()
    for folder in _folders():
        if _is_writable(folder / name):
            config.CACHE_DIR = str(folder / name)  # type: ignore[attr-defined] # set at import
            if folder.parent == _SOURCES:
                _forget_others(folder, name)
            return True
    logger.warning("no folder to keep compiled kernels in: they are compiled at each start")
    return False


def note_all_kept() -> None:
    """Note that all kernels are kept, in each of their variants, for this machine."""
    _note().touch()


def are_all_kept() -> bool:
    """Say whether that has been noted."""
    return _note().exists()


def _note() -> Path:
    name = f"all-kept-{numba.__version__}-{binding.get_host_cpu_name()}"
    return Path(config.CACHE_DIR) / name  # type: ignore[attr-defined] # set at import


def _digest_of_sources() -> str:
    digest = hashlib.blake2b(digest_size=8)
    for source in (*_in(_SOURCES), *_in(_OPTIONS), *(Path(file) for file in _RULES)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.py"))


def _folders() -> Iterator[Path]:
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
        return
    yield _SOURCES / "__pycache__"
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orderflow"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _forget_others(folder: Path, name: str) -> None:
    """Delete what was compiled from earlier sources of this very installation."""
    for other in folder.glob(f"{_PREFIX}*"):
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)
