"""Write a file that is there whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.errors import CannotWriteError
from shared.run_files.atomic_file import remove_leftovers


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a hidden file beside `path`, which takes its place at the end of the context.

    If that ends by an exception, Ctrl-C included, `path` stays as it was and nothing is left.
    Raises CannotWriteError when the folder cannot be written, or `path` is a folder.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.is_dir():
            raise CannotWriteError(path, "it is a folder")
        remove_leftovers(path)
        with temporary.open("wb") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise CannotWriteError(path, error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
