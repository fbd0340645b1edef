"""Read an Arrow stream without holding the interpreter's lock, as nanoarrow's own reading does."""

import ctypes
import os
from collections.abc import Iterator
from typing import Any

from nanoarrow.c_array import allocate_c_array

_PULL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_TELL = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)


class _Stream(ctypes.Structure):
    """The head of `struct ArrowArrayStream` of the Arrow C stream interface."""

    _fields_ = (("get_schema", _PULL), ("get_next", _PULL), ("get_last_error", _TELL))


def unlocked(stream: Any) -> Iterator[Any]:
    """Yield the batches of `stream`, a CArrayStream, as CArrays.

    While one is made, other threads run Python: ctypes lets go of the lock around a call. Raises
    RuntimeError with the stream's own message when it fails.
    """
    schema = stream.get_schema()
    address = stream._addr()
    functions = _Stream.from_address(address)
    while True:
        batch = allocate_c_array(schema)
        code = functions.get_next(address, batch._addr())
        if code:
            told = functions.get_last_error(address) or os.strerror(code).encode()
            raise RuntimeError(told.decode(errors="replace"))
        if not batch.is_valid():
            return
        yield batch
