"""Says in words in what two outcomes differ."""

import difflib
from collections.abc import Iterator

from benchmarks.same_outputs.outcome import Outcome

_CONTEXT_CHARACTERS = 60


def differences(expected: Outcome, found: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the name of each part that differs, and how.

    Of a command that did not run to its end that alone is said, not that all its files are missing.
    """
    for part in found if len(found) == 1 else {**expected, **found}:
        if expected.get(part) != found.get(part):
            yield part, _describe(expected.get(part), found.get(part))


def _describe(expected: str | None, found: str | None) -> str:
    if expected is None or found is None:
        shown = (_around(text, 0) if text is not None else "nothing" for text in (expected, found))
        return "expected {}\nfound    {}".format(*shown)
    if "\n" in expected + found:
        lines = difflib.unified_diff(expected.split("\n"), found.split("\n"), n=1, lineterm="")
        return "\n".join(list(lines)[2:])  # less the names of two files
    pairs = enumerate(zip(expected, found, strict=False))
    place = next((n for n, (one, other) in pairs if one != other), min(len(expected), len(found)))
    return (
        f"from character {place:,} on\n"
        f"expected {_around(expected, place)}\nfound    {_around(found, place)}"
    )


def _around(text: str, place: int) -> str:
    start, end = max(place - _CONTEXT_CHARACTERS, 0), place + _CONTEXT_CHARACTERS
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
