"""One side of the simulated book, of which only the best 400 levels are published."""

from bisect import bisect_left, insort

from recorder.simulator.draws import Draws
from recorder.simulator.levels import GONE, Level, Quote

WINDOW = 400
RESERVE_MIN = 440
RESERVE_FILL = 500
RESERVE_MAX = 620


class BookSide:
    """The levels of one side, with what changed since the last publication.

    Levels are kept under a rank key, the price in ticks times `sign`: +1 for bids, −1 for asks.
    The best level is then the highest key on both sides, and the last of an ascending list, where
    a list is cheap to change. Levels beyond the window are kept in reserve and enter it when
    better ones go.
    """

    def __init__(self, sign: int, best_key: int, draws: Draws) -> None:
        self._sign = sign
        self._draws = draws
        self._keys = [best_key]
        self._quotes: dict[int, Quote] = {best_key: draws.quote(draws.neutral_sizes)}
        self._changed: dict[int, Quote] = {}
        self._refill()
        self._edge = self._keys[-WINDOW]
        self._changed = {key: self._quotes[key] for key in self._keys[-WINDOW:]}

    @property
    def best_key(self) -> int:
        """The rank key of the best level."""
        return self._keys[-1]

    def take(self, lots: int, limit_key: int) -> list[tuple[int, int]]:
        """Fill a taker order of `lots`, down to `limit_key` at worst, and return what it got.

        Each fill is (rank key, lots); the rest of the order is dropped. The order never takes the
        last level of the reserve.
        """
        fills = []
        while lots and self._keys[-1] >= limit_key and len(self._keys) > 1:
            key = self._keys[-1]
            size, orders = self._quotes[key]
            if lots < size:
                left = (size - lots, max(1, orders - 1))
                self._quotes[key] = self._changed[key] = left
                fills.append((key, lots))
                break
            self._drop_best()
            fills.append((key, size))
            lots -= size
        return fills

    def retreat(self, worst_best_key: int, sizes: list[Quote]) -> None:
        """Cancel every level better than `worst_best_key`, so that no level is beyond it."""
        if self._keys[0] > worst_best_key:  # a jump beyond the whole reserve
            self.place(worst_best_key, self._draws.quote(sizes))
        while self._keys[-1] > worst_best_key:
            self._drop_best()

    def advance(self, best_key: int, sizes: list[Quote]) -> None:
        """Place a best level at `best_key` and fill the gap to the old one as thinly as usual."""
        draws = self._draws
        key = best_key
        old_best = self._keys[-1]
        while key > old_best:
            self.place(key, draws.quote(sizes))
            key -= draws.gap()

    def churn(self, actions: int, sizes: list[Quote]) -> None:
        """Let makers place, resize and cancel `actions` times, mostly near the best level.

        A placement where a level stands resizes it. The best level is never improved here, so
        the sides cannot cross.
        """
        # Local names: this loop runs 30 million times a simulated day.
        keys, quotes, changed = self._keys, self._quotes, self._changed
        random = self._draws.random
        moves, move_count = self._draws.moves, len(self._draws.moves)
        size_count = len(sizes)
        best = keys[-1]
        for _ in range(actions):
            move = moves[int(random() * move_count)]
            if move >= 0:
                key = best - move
                quote = sizes[int(random() * size_count)]
                if key not in quotes:
                    insort(keys, key)
                quotes[key] = changed[key] = quote
            elif -move < len(keys):  # never the last one
                key = keys.pop(move)
                del quotes[key]
                changed[key] = GONE
                best = keys[-1]

    def place(self, key: int, quote: Quote) -> None:
        """Set the level at `key`."""
        if key not in self._quotes:
            insort(self._keys, key)
        self._quotes[key] = self._changed[key] = quote

    def publish(self) -> list[Level]:
        """Return the changes seen through the window since the last call, best first.

        Levels that entered the window are among them, and those that left it, as removals.
        """
        self._refill()
        keys, changed, sign = self._keys, self._changed, self._sign
        old_edge, edge = self._edge, keys[-WINDOW]
        outside = len(keys) - WINDOW
        if edge > old_edge:
            for key in keys[bisect_left(keys, old_edge) : outside]:
                changed[key] = GONE
        elif edge < old_edge:
            for key in keys[outside : bisect_left(keys, old_edge)]:
                changed[key] = self._quotes[key]
        levels = [
            (sign * key, changed[key])
            for key in sorted(changed, reverse=True)
            if key >= old_edge or (key >= edge and changed[key] != GONE)
        ]
        changed.clear()
        self._edge = edge
        self._trim()  # only now: a level that leaves the window is found among the levels kept
        return levels

    def _drop_best(self) -> None:
        key = self._keys.pop()
        del self._quotes[key]
        self._changed[key] = GONE

    def _refill(self) -> None:
        """Lengthen a reserve that has become short."""
        keys, quotes, draws = self._keys, self._quotes, self._draws
        if len(keys) >= RESERVE_MIN:
            return
        deeper = []
        key = keys[0]
        for _ in range(RESERVE_FILL - len(keys)):
            key -= draws.gap()
            quotes[key] = draws.quote(draws.neutral_sizes)
            if key in self._changed:  # it was removed since the last publication
                self._changed[key] = quotes[key]
            deeper.append(key)
        keys[:0] = reversed(deeper)

    def _trim(self) -> None:
        """Shorten a reserve that has become long."""
        keys = self._keys
        if len(keys) > RESERVE_MAX:
            surplus = len(keys) - RESERVE_FILL
            for key in keys[:surplus]:
                del self._quotes[key]
            del keys[:surplus]
