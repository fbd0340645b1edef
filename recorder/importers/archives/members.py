"""Open a file, packed or plain, as the one or more texts that are in it; nothing is extracted."""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from recorder.importers.archives.problems import DamagedError, RefusedError
from recorder.importers.archives.unpacking import (
    PIECE_BYTES,
    check_ratio,
    gzip_pieces,
    plain_pieces,
)

_GZIP, _ZIP, _NO_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
_OTHER_PACKERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
}
_TAR_MAGIC = slice(257, 262)


@dataclass(frozen=True, slots=True)
class Member:
    """A text in a file: under which name, and its bytes piece by piece, to be taken once."""

    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: what is in it, one after the other, and the bytes read of it so far."""

    members: Iterator[Member]
    file: BinaryIO

    @property
    def position(self) -> int:
        """How far it is read, in bytes of the file as it lies there."""
        return self.file.tell()


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open `path`: plain, gzip, zip, tar, or tar in gzip, told by its first bytes.

    Raises RefusedError when it is empty, of another kind, or has names that lead out of it;
    DamagedError where it is damaged, both also while members are taken.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error
    with file:
        head = file.read(512)
        file.seek(0)
        if not head:
            raise RefusedError("it is empty: expected a recording, found a file of 0 bytes")
        for magic, packer in _OTHER_PACKERS.items():
            if head.startswith(magic):
                raise RefusedError(f"it is packed by {packer}; unpack it first")
        yield Opened(_members(path, file, head), file)


def _members(path: Path, file: BinaryIO, head: bytes) -> Iterator[Member]:
    if head.startswith((_ZIP, _NO_ZIP)):
        yield from _zip_members(file)
    elif head.startswith(_GZIP):
        pieces = gzip_pieces(file)
        first = b""
        while len(first) < 512 and (piece := next(pieces, b"")):
            first += piece
        if not first:
            raise RefusedError("it is empty: expected a recording, found a gzip file of nothing")
        again = _joined(first, pieces)
        if first[_TAR_MAGIC] == b"ustar":
            yield from _tar_members(again)
        else:
            yield Member(path.name.removesuffix(".gz"), again)
    elif head[_TAR_MAGIC] == b"ustar":
        yield from _tar_members(plain_pieces(file))
    else:
        yield Member(path.name, plain_pieces(file))


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _zip_members(file: BinaryIO) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DamagedError(f"its zip archive is damaged: {error}") from error
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if not infos:
            raise RefusedError("it is a zip archive with nothing in it")
        for info in infos:
            _check_name(info.filename)
        for info in infos:
            if not _is_hidden(info.filename):
                yield Member(info.filename, _zip_pieces(archive, info))


def _zip_pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    given = 0
    try:
        with archive.open(info) as member:
            while piece := member.read(PIECE_BYTES):
                given += len(piece)
                check_ratio(given, max(info.compress_size, 1))
                yield piece
    except RuntimeError as error:  # what zipfile raises of a password
        raise RefusedError(f"{info.filename}: {error}") from error
    except NotImplementedError as error:
        raise RefusedError(f"{info.filename}: packed in a way not known here: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise DamagedError(f"its zip archive is damaged in {info.filename}: {error}") from error


def _tar_members(pieces: Iterator[bytes]) -> Iterator[Member]:
    try:
        with tarfile.open(
            fileobj=cast(IO[bytes], _Reader(pieces)), mode="r|", bufsize=PIECE_BYTES
        ) as archive:
            count = 0
            for info in archive:
                _check_name(info.name)
                if info.isfile() and not _is_hidden(info.name):
                    count += 1
                    member = archive.extractfile(info)
                    yield Member(info.name, _tar_pieces(info, member))
                elif not info.isfile() and not info.isdir():
                    raise RefusedError(f"{info.name}: expected a file in the archive, found a link")
        for _ in pieces:  # to the end, where a checksum is
            pass
    except tarfile.TarError as error:
        raise DamagedError(f"its tar archive is damaged: {error}") from error
    if not count:
        raise RefusedError("it is a tar archive with no file in it")


def _tar_pieces(info: tarfile.TarInfo, member: IO[bytes] | None) -> Iterator[bytes]:
    left = info.size
    while left and member is not None:
        try:
            piece = member.read(PIECE_BYTES)
        except tarfile.TarError as error:
            raise DamagedError(f"its tar archive is damaged in {info.name}: {error}") from error
        if not piece:
            break
        left -= len(piece)
        yield piece
    if left:
        raise DamagedError(f"its tar archive ends too early, in {info.name}")


class _Reader(io.RawIOBase):
    """A file to be read from, of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self._damage: DamagedError | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; what comes before damage is given before that is raised."""
        parts, length = [self._rest], len(self._rest)
        try:
            while not self._damage and length < size and (piece := next(self._pieces, b"")):
                parts.append(piece)
                length += len(piece)
        except DamagedError as error:
            self._damage = error
        if self._damage and not length:
            raise self._damage
        found = b"".join(parts)
        self._rest = found[size:]
        return found[:size]


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise RefusedError(f"it holds {name!r}, a name that leads out of the archive")


def _is_hidden(name: str) -> bool:
    """Say whether it is what macOS leaves in archives, and no member of its own."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store"
