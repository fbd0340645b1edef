"""The forms that a list of levels may have: JSON or Python, whatever its levels are written as."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd.value_forms import NUMERALS, TEXT_NUMERALS, Form

_EXTRAS = ('"0"', "0", '"1"', "7", "null", '"x"', "[]", '{"a": [1]}')
_SPACES = {"none": ("",), "one": (" ",), "any": ("", " ", "  ", "\n", "\t", "\r\n ")}


@dataclass(frozen=True, slots=True)
class LevelForm:
    """How one file writes its levels: each level takes one of each."""

    languages: list[str]
    shapes: list[str]
    quotes: list[str]
    numerals: list[Form]
    text_numerals: list[Form]
    spaces: list[str]

    @classmethod
    def drawn(cls, draw: Draw) -> "LevelForm":
        """Draw what a file uses."""
        return cls(
            draw.some("levels", _same("JSON", "Python"), 0.7),
            draw.some("level", _same("a list of 4", "of 2", "of 3", "a mapping"), 0.6),
            draw.some("level numbers", _same("quoted", "bare"), 0.6),
            draw.some("numeral", NUMERALS, 0.6),
            draw.some("quoted numeral", TEXT_NUMERALS, 0.6),
            draw.some("spaces in levels", _same(*_SPACES), 0.6),
        )

    def written(self, levels: Sequence[tuple[float, float]], rng: random.Random) -> str:
        """Return `levels` as the text of a row."""
        language = rng.choice(self.languages)
        spaces = _SPACES[rng.choice(self.spaces)]
        parts = [self._level(level, language, rng.choice(spaces), rng) for level in levels]
        first, space, last = rng.choices(spaces, k=3)
        opened, closed = "[]" if language == "JSON" or rng.random() < 0.7 else "()"
        end = "," if language == "Python" and len(parts) == 1 else ""
        return f"{opened}{first}{f',{space}'.join(parts)}{end}{last}{closed}"

    def _level(
        self, level: tuple[float, float], language: str, space: str, rng: random.Random
    ) -> str:
        numbers = [self._number(value, language, rng) for value in level]
        shape = rng.choice(self.shapes)
        if shape == "a mapping":
            price, size = numbers
            pairs = [f'"price":{space}{price}', f'"size":{space}{size}', '"orders": 3']
            rng.shuffle(pairs)
            return "{" + f",{space}".join(pairs) + "}"
        extras = {"a list of 4": 2, "of 3": 1, "of 2": 0}[shape]
        numbers += [_extra(language, rng) for _ in range(extras)]
        opened, closed = "[]" if language == "JSON" or rng.random() < 0.7 else "()"
        return f"{opened}{space}{f',{space}'.join(numbers)}{space}{closed}"

    def _number(self, value: float, language: str, rng: random.Random) -> str:
        if rng.choice(self.quotes) == "bare":
            return str(rng.choice(self.numerals)(value, rng))
        quote = '"' if language == "JSON" else rng.choice("\"'")
        return f"{quote}{rng.choice(self.text_numerals)(value, rng)}{quote}"


def _extra(language: str, rng: random.Random) -> str:
    extra = rng.choice(_EXTRAS)
    return "None" if language == "Python" and extra == "null" else extra


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}
