"""Seeded draws that note what was drawn, and the table of it at the end of a run."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

Seen = Counter[tuple[str, str]]
"""How often each form of each thing was drawn, or seen to come out."""

_ODDNESS = (1.0, 0.4, 0.1)
"""What the probability of anything unusual is multiplied by: most of a case may be plain, so that
the one odd thing meets the fast paths."""

_TABLE_WIDTH = 100


class Draw:
    """The draws of one case: the same for the same seed."""

    def __init__(self, seed: str, seen: Seen) -> None:
        self.rng = random.Random(seed)
        self._seen = seen
        self._oddness = self.rng.choice(_ODDNESS)

    def one(self, what: str, options: Mapping[str, T], usual: float = 0.5) -> T:
        """Return one of `options`: the first, the usual one, with that probability, else any."""
        names = list(options)
        name = self.rng.choice(names) if self._is_unusual(usual) else names[0]
        self.note(what, name)
        return options[name]

    def any_of(self, what: str, options: Mapping[str, T]) -> T:
        """Return one of `options`, each as likely as the others."""
        name = self.rng.choice(list(options))
        self.note(what, name)
        return options[name]

    def some(self, what: str, options: Mapping[str, T], usual: float = 0.5) -> list[T]:
        """Return the first of `options` with the probability `usual`, else up to three of them."""
        names = list(options)
        count = min(self.rng.choice((1, 2, 3)), len(names))
        names = self.rng.sample(names, count) if self._is_unusual(usual) else names[:1]
        for name in names:
            self.note(what, name)
        return [options[name] for name in names]

    def chance(self, what: str, probability: float) -> bool:
        """Say yes with that probability."""
        if self.rng.random() >= probability:
            return False
        self.note(what, "yes")
        return True

    def note(self, what: str, name: object) -> None:
        """Count that something was drawn or came out."""
        self._seen[what, str(name)] += 1

    def _is_unusual(self, usual: float) -> bool:
        return self.rng.random() < (1 - usual) * self._oddness


def table_of(seen: Seen) -> str:
    """Return how often each form was seen, a paragraph for each thing."""
    lines = []
    for what in sorted({what for what, _ in seen}):
        counts = {name: n for (thing, name), n in seen.items() if thing == what}
        line = f"  {what}: "
        for name, count in sorted(counts.items(), key=lambda item: -item[1]):
            part = f"{name} {count}, "
            if len(line) + len(part) > _TABLE_WIDTH:
                lines.append(line.rstrip())
                line = "    "
            line += part
        lines.append(line.rstrip(", "))
    return "\n".join(lines)
