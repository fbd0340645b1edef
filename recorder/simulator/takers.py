"""Taker orders of the simulated market: bursts of buys and sells that excite one another."""

from recorder.simulator.draws import Draws

_BASE_RATE = 0.027
"""Orders a side and step without excitation, at an activity of 1."""
_EXCITATION = 0.037
_MEMORY = 0.945
"""An order raises the rate of its own side by `_EXCITATION`; that fades by `_MEMORY` a step. The
ratio of the two says how many orders follow from one: about 0.7."""
_LEAN = 0.45
_STALE_QUOTE_RATE = 0.013
"""Orders a step and tick by which the fair value has run past a quote."""


class Takers:
    """A Hawkes process for each side."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._buy_excitation = 0.0
        self._sell_excitation = 0.0

    def orders(
        self, activity: float, pressure: float, stale_asks: float, stale_bids: float
    ) -> list[bool]:
        """Return the taker orders of one step in turn, True for a buy.

        `stale_asks` and `stale_bids` say by how many ticks the fair value has run past the best
        quote, 0 where it has not: such a quote is soon taken.
        """
        draws = self._draws
        lean = _LEAN * max(-1.5, min(1.5, pressure))
        base = _BASE_RATE * activity
        buys = draws.poisson(
            base * (1 + lean) + self._buy_excitation + min(1.5, stale_asks * _STALE_QUOTE_RATE)
        )
        sells = draws.poisson(
            base * (1 - lean) + self._sell_excitation + min(1.5, stale_bids * _STALE_QUOTE_RATE)
        )
        self._buy_excitation = self._buy_excitation * _MEMORY + buys * _EXCITATION
        self._sell_excitation = self._sell_excitation * _MEMORY + sells * _EXCITATION
        sides = [True] * buys + [False] * sells
        if buys and sells:
            sides.sort(key=lambda _: draws.random())
        return sides
