"""Drain a worker's output into its log file, with time and name, and keep its last words."""

from collections import deque
from collections.abc import Callable

from shared.clock import utc_now_text
from supervisor.logs.rotating_file import RotatingFile
from supervisor.loop.descriptors import read_available

CHUNK_BYTES = 65_536
MAX_LINE_BYTES = 65_536
LAST_WORDS_LINES = 20
LAST_WORDS_BYTES = 4_000
_CUT = b" [cut at 64 KB]"


class OutputLog:
    """The log of one worker over all its processes; what it says is never left in the pipe."""

    def __init__(self, name: str, file: RotatingFile, clock: Callable[[], float]) -> None:
        self.file = file
        self.cut_lines = 0
        self._name = name.encode()
        self._clock = clock
        self._partial = b""
        self._is_skipping = False
        self._tail: deque[bytes] = deque(maxlen=LAST_WORDS_LINES)

    def pump(self, descriptor: int) -> bool:
        """Take one chunk from the pipe to the file; return False when the pipe has ended.

        One chunk only: a worker that floods must not keep the loop from the others.
        """
        chunk = read_available(descriptor, CHUNK_BYTES)
        if chunk:
            self._take(chunk)
        return chunk is not None

    def finish(self, descriptor: int, max_chunks: int = 64) -> None:
        """Take what is in the pipe after the process ended, an unfinished line included.

        At most `max_chunks`: a surviving grandchild may go on writing for ever.
        """
        for _ in range(max_chunks):
            chunk = read_available(descriptor, CHUNK_BYTES)
            if not chunk:
                break
            self._take(chunk)
        if self._partial and not self._is_skipping:
            self._write([self._partial])
        self._partial, self._is_skipping = b"", False

    def begin(self) -> None:
        """Forget the last words of the process before."""
        self._tail.clear()

    def last_words(self) -> str | None:
        """Return the newest lines, at most 4,000 bytes, or None when it said nothing."""
        text = b"\n".join(self._tail)[-LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()
        return text or None

    def _take(self, chunk: bytes) -> None:
        lines = (self._partial + chunk).split(b"\n")
        self._partial = lines.pop()
        if self._is_skipping and lines:  # the rest of a line that was cut
            del lines[0]
            self._is_skipping = False
        if self._is_skipping:
            self._partial = b""
        elif len(self._partial) >= MAX_LINE_BYTES:
            lines.append(self._partial)
            self._partial, self._is_skipping = b"", True
        if lines:
            self._write(lines)

    def _write(self, lines: list[bytes]) -> None:
        if any(len(line) >= MAX_LINE_BYTES for line in lines):
            lines = [self._cut(line) for line in lines]
        self._tail.extend(line for line in lines[-LAST_WORDS_LINES:] if line.strip())
        prefix = utc_now_text().encode() + b" " + self._name + b" | "
        self.file.write(prefix + (b"\n" + prefix).join(lines) + b"\n", self._clock())

    def _cut(self, line: bytes) -> bytes:
        if len(line) < MAX_LINE_BYTES:
            return line
        self.cut_lines += 1
        return line[: MAX_LINE_BYTES - len(_CUT)] + _CUT
