"""Decode an array of bars again and again, and of one that has grown only what is new."""

from pathlib import Path

from shared.bars import Bar
from shared.errors import BrokenFileError
from shared.run_files.bars import check_bars
from shared.run_files.documents import parse_json, read_content
from shared.series import Series


class BarsDecoder:
    """Decodes the file of `series` whenever it has been replaced.

    Between two updates of a thousand bars all but the last few are the same, text and all. Those
    are told by comparing the text, which takes a hundredth of decoding and checking them anew,
    and are the same objects as before.
    """

    def __init__(self, series: Series) -> None:
        self._series = series
        self._text = b""
        self._bars: list[Bar] = []

    def __call__(self, path: Path) -> list[Bar]:
        """Return the bars in `path`, oldest first.

        Raises FileNotFoundError, or BrokenFileError when it is no such array.
        """
        text = read_content(path)
        bars = self._decode_grown(path, text) or self._decode_all(path, text)
        self._text, self._bars = text, bars
        return bars

    def _decode_all(self, path: Path, text: bytes) -> list[Bar]:
        bars: list[Bar] = parse_json(path, text)
        check_bars(path, bars, self._series)
        return bars

    def _decode_grown(self, path: Path, text: bytes) -> list[Bar] | None:
        """Return the bars if the text goes on from the one before, which may be trimmed."""
        oldest = text[1 : text.find(b"]") + 1]
        start, end = self._text.find(oldest), self._text.rfind(b"[")  # the newest may change
        if not 0 < start < end or not text.startswith(self._text[start:end], 1):
            return None
        trimmed = self._text.count(b"[", 1, start)
        try:
            news = self._decode_all(path, b"[" + text[1 + end - start :])
        except BrokenFileError:  # told with the right number of the bar by looking at all
            return None
        bars = [*self._bars[trimmed:-1], *news]
        is_in_order = not news or trimmed == len(self._bars) - 1 or self._bars[-2][0] < news[0][0]
        return bars if is_in_order else None
