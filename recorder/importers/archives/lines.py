"""Pieces of bytes as blocks of whole lines, each with the number of its first."""

from collections.abc import Iterator
from typing import NamedTuple

from recorder.importers.archives.problems import DamagedError, RefusedError

LONGEST_LINE = 32 * 2**20
_MARK = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Whole lines, each with its end, in LF; `first_line` counts from 1."""

    first_line: int
    data: bytes


def blocks(pieces: Iterator[bytes], name: str) -> Iterator[Block]:
    """Yield the lines in `pieces`, without a byte order mark, a last one without end included.

    Where `pieces` is damaged, the whole lines before are yielded first. Raises RefusedError at a
    line that is longer than any of a recording.
    """
    line = 1
    parts: list[bytes] = []
    held = 0
    is_first = True
    damage: DamagedError | None = None
    while True:
        try:
            piece = next(pieces, b"")
        except DamagedError as error:
            damage = DamagedError(f"{name}, line {{}}: {error}")
            damage.__cause__ = error
            piece = b""
        if not piece:
            break
        if is_first:
            is_first = False
            piece = piece.removeprefix(_MARK)
        end = piece.rfind(b"\n") + 1
        if not end:
            parts.append(piece)
            held += len(piece)
            if held > LONGEST_LINE:
                raise RefusedError(
                    f"{name}, line {line}: expected lines, found one of more than"
                    f" {LONGEST_LINE >> 20} MB"
                )
            continue
        data = b"".join((*parts, piece[:end]))
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        yield Block(line, data)
        line += data.count(b"\n")
        parts, held = [piece[end:]], len(piece) - end
    rest = b"".join(parts)
    if damage is not None:
        raise DamagedError(str(damage).replace("{}", str(line))) from damage.__cause__
    if rest:
        yield Block(line, rest.removesuffix(b"\r") + b"\n")
