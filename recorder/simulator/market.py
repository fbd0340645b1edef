"""A seeded market in integer ticks and lots: a pure stream of book updates and trades."""

import math
from collections.abc import Iterator

from recorder.simulator.book_side import BookSide
from recorder.simulator.draws import LOTS_PER_COIN, TILTS, Draws
from recorder.simulator.fair_value import FairValue
from recorder.simulator.levels import Quote, SimulatedTrade, SimulatedUpdate
from recorder.simulator.recording import Recording
from recorder.simulator.takers import Takers

FIRST_PRICE_TICKS = 1_072_000
_SWEEP_TICKS = 25
"""How far past the best quote and the fair value a taker order goes at most."""
_EMPTY_SHARE = 0.004
"""Share of book rows in which nothing changed."""
_REFILL_SHARE = 0.85
"""Share of rows after which the touch is back where makers want it."""
_MOVES_MEDIAN = 12.5
_MOVES_SIGMA = 0.75
"""Makers' moves a side and row, at an activity of 1: log-normal."""
_IMPACT_TICKS = 1.5
"""Ticks that a filled order of one coin moves the fair value."""


def simulate(recording: Recording) -> Iterator[SimulatedUpdate]:
    """Yield the book updates of `recording` in time order, the first one a whole snapshot.

    Two calls with equal recordings yield the same. The level form plays no part.
    """
    market = Market(f"{recording.seed} {recording.instrument}", recording.start_ms)
    while market.timestamp_ms < recording.end_ms:
        yield market.publish()
        market.step()


class Market:
    """Both sides of a book, its takers and makers, and the fair value that drives them."""

    def __init__(
        self, seed: str, timestamp_ms: int, first_price_ticks: int = FIRST_PRICE_TICKS
    ) -> None:
        self.timestamp_ms = timestamp_ms
        self._draws = Draws(seed)
        self._fair_value = FairValue(first_price_ticks, self._draws)
        self._takers = Takers(self._draws)
        self._bids = BookSide(+1, first_price_ticks, self._draws)
        self._asks = BookSide(-1, -first_price_ticks - 1, self._draws)
        self._target_bid = first_price_ticks
        self._target_ask = first_price_ticks + 1
        self._trades: list[SimulatedTrade] = []

    def publish(self) -> SimulatedUpdate:
        """Return what changed since the last call."""
        trades, self._trades = self._trades, []
        return SimulatedUpdate(
            self.timestamp_ms, self._bids.publish(), self._asks.publish(), trades
        )

    def step(self) -> None:
        """Advance to the next book row: takers act on the published book, then makers react."""
        draws = self._draws
        interval_ms = draws.interval_ms()
        if draws.random() >= _EMPTY_SHARE:
            has_moved = self._fair_value.step()
            if interval_ms:
                self._let_takers_act(interval_ms)
            if has_moved:
                self._move_quotes()
            self._let_makers_act()
        self.timestamp_ms += interval_ms

    def _let_takers_act(self, interval_ms: int) -> None:
        fair_value = self._fair_value
        sides = self._takers.orders(
            fair_value.activity,
            fair_value.pressure,
            stale_asks=max(0.0, fair_value.ticks + self._asks.best_key),
            stale_bids=max(0.0, self._bids.best_key - fair_value.ticks),
        )
        random = self._draws.random
        times = sorted([self.timestamp_ms + int(random() * interval_ms) for _ in sides])
        for timestamp_ms, is_buy in zip(times, sides, strict=True):
            self._take(timestamp_ms, is_buy)

    def _take(self, timestamp_ms: int, is_buy: bool) -> None:
        side, sign = (self._asks, -1) if is_buy else (self._bids, 1)
        limit_key = min(side.best_key, int(sign * self._fair_value.ticks)) - _SWEEP_TICKS
        fills = side.take(self._draws.taker_lots(), limit_key)
        filled = 0
        for key, lots in fills:
            self._trades.append(SimulatedTrade(timestamp_ms, sign * key, lots, is_buy))
            filled += lots
        # Large orders tell more, but less than in proportion (the square-root law of impact).
        self._fair_value.ticks -= sign * _IMPACT_TICKS * min(8.0, (filled / LOTS_PER_COIN) ** 0.5)

    def _move_quotes(self) -> None:
        """Set the touch around the fair value: makers beyond it cancel, others follow it."""
        spread = 1 + int(self._draws.exponential(0.3 + 0.6 * self._fair_value.activity))
        self._target_bid = math.floor(self._fair_value.ticks - (spread - 1) / 2)
        self._target_ask = self._target_bid + spread
        bid_sizes, ask_sizes = self._sizes()
        self._bids.retreat(self._target_bid, bid_sizes)
        self._asks.retreat(-self._target_ask, ask_sizes)

    def _let_makers_act(self) -> None:
        draws = self._draws
        bid_sizes, ask_sizes = self._sizes()
        moves = _MOVES_MEDIAN * (0.6 + 0.4 * self._fair_value.activity)
        self._bids.churn(int(moves * math.exp(draws.gauss(0.0, _MOVES_SIGMA))), bid_sizes)
        self._asks.churn(int(moves * math.exp(draws.gauss(0.0, _MOVES_SIGMA))), ask_sizes)
        if draws.random() < _REFILL_SHARE:
            self._bids.advance(self._target_bid, bid_sizes)
            self._asks.advance(-self._target_ask, ask_sizes)

    def _sizes(self) -> tuple[list[Quote], list[Quote]]:
        """Return the pools of bid and ask sizes: under buying pressure bids are the larger."""
        tilt = round(max(-1.0, min(1.0, self._fair_value.pressure / 1.5)) * (TILTS // 2))
        by_tilt = self._draws.sizes_by_tilt
        return by_tilt[TILTS // 2 + tilt], by_tilt[TILTS // 2 - tilt]
