"""Unpack in small pieces, whatever is packed."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from recorder.importers.archives.problems import DamagedError, TooLargeError

PIECE_BYTES = 2**17
"""What becomes of so much text still lies in a processor's own cache: a megabyte at once takes
half as long again."""

LARGEST_RATIO = 400
"""Text that a recording may be packs to a twentieth; what packs smaller by far is no recording."""

FREE_BYTES = 64 * 2**20
"""So much may come out of next to nothing."""


def plain_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file as it is."""
    while piece := file.read(PIECE_BYTES):
        yield piece


def gzip_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is packed in a gzip file of one or more members.

    Raises DamagedError at its end, or where it is damaged: what came before has been yielded then.
    Raises TooLargeError when too much comes out of too little.
    """
    unpacker = zlib.decompressobj(wbits=31)
    packed, taken, given = b"", 0, 0
    while True:
        if not packed:
            packed = file.read(PIECE_BYTES)
            taken += len(packed)
            if not packed:
                break
        if unpacker.eof:
            packed = packed.lstrip(b"\0")  # as gzip does: padding of tapes
            if not packed:
                continue
            unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(packed, PIECE_BYTES)
        except zlib.error as error:
            raise DamagedError(f"its gzip data is damaged: {error}") from error
        packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        given += len(piece)
        check_ratio(given, taken)
        if piece:
            yield piece
    if not unpacker.eof:
        raise DamagedError("its gzip data ends too early")


def check_ratio(given: int, taken: int) -> None:
    """Raise TooLargeError when `given` bytes came out of `taken`, as only of an archive bomb."""
    if given > FREE_BYTES and given > LARGEST_RATIO * taken:
        raise TooLargeError(
            f"it unpacks to more than {LARGEST_RATIO} times its size, as no recording does"
        )
