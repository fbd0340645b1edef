"""Read numbers back as a reader does: `−1.008 T`, `0.0₆74435`, `1.2×10³⁰`."""

import re
from dataclasses import dataclass
from decimal import Decimal

_UNITS = {"": 0, "\u00a0M": 6, "\u00a0B": 9, "\u00a0T": 12}
_SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉", "0123456789-0123456789")
_NUMBER = re.compile(
    r"(?P<sign>[−+]?)(?P<whole>\d[\d,]*)(?:\.(?P<zero>0[₀-₉]+)?(?P<fraction>\d*))?"
    r"(?:×10(?P<power>[⁰¹²³⁴-⁹⁻]+)|(?P<unit>\u00a0[MBT]))?"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it is shown, and what one at its last place is worth."""

    value: Decimal
    place: Decimal

    def is_of(self, number: float) -> bool:
        """Say whether `number`, rounded to the places shown, is this."""
        return abs(self.value - Decimal(repr(number))) <= self.place / 2


def read(text: str) -> Shown:
    """Return what `text` says; anything that is no number fails the test."""
    found = _NUMBER.fullmatch(text)
    assert found, f"expected a number, found {text!r}"
    zeros = "0" * int(found["zero"][1:].translate(_SMALL)) if found["zero"] else ""
    fraction = zeros + (found["fraction"] or "")
    exponent = int((found["power"] or "0").translate(_SMALL)) + _UNITS[found["unit"] or ""]
    digits = Decimal(f"{found['whole'].replace(',', '')}{fraction}")
    place = Decimal(1).scaleb(exponent - len(fraction))
    return Shown((-digits if found["sign"] == "−" else digits) * place, place)
