"""The fair value of the simulated market: regimes, pressure, reversion and jumps."""

from dataclasses import dataclass

from recorder.simulator.draws import Draws

STEPS_PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class Regime:
    """How the market behaves for some minutes."""

    volatility: float
    """Standard deviation of one move of the fair value, in ticks."""
    activity: float
    """Multiple of the usual rate of orders."""
    pressure: float
    """Mean of the buying pressure, about −1 to 1."""
    reversion: float
    """Share of the way back to the regime's first price that is made each step."""


CALM = Regime(volatility=9.0, activity=0.5, pressure=0.0, reversion=0.0004)
RANGE = Regime(volatility=14.0, activity=0.8, pressure=0.0, reversion=0.0010)
RISE = Regime(volatility=15.0, activity=1.1, pressure=0.9, reversion=0.0)
FALL = Regime(volatility=16.0, activity=1.2, pressure=-0.9, reversion=0.0)
STORM = Regime(volatility=30.0, activity=2.6, pressure=0.0, reversion=0.0)

_NEXT = {
    CALM: (RANGE, RISE, FALL, STORM),
    RANGE: (CALM, RISE, FALL, RISE, FALL),
    RISE: (RANGE, CALM, FALL, RANGE),
    FALL: (RANGE, CALM, RISE, STORM),
    STORM: (RANGE, RISE, FALL, RISE),
}
_MEAN_MINUTES = 7.0
_MOVE_SHARE = 0.3
_PRESSURE_MEMORY = 1 - 1 / 250  # fades over 25 s
_PRESSURE_NOISE = 0.075
_DRIFT_TICKS = 0.45
"""Ticks a step that a pressure of 1 moves the fair value: so imbalance leads price a little."""
_JUMPS_PER_STEP = 5 / (60 * STEPS_PER_MINUTE)


class FairValue:
    """What the market thinks a coin is worth, a step of about 100 ms at a time, and why."""

    def __init__(self, ticks: float, draws: Draws) -> None:
        self.ticks = ticks
        """The fair value, in ticks and fractions of them."""
        self.pressure = 0.0
        """Buying pressure: negative where sellers are in a hurry. It leads the price."""
        self.excitement = 0.0
        """What a jump adds to the activity; it fades over half a minute."""
        self._drift = 0.0  # what has built up since the last move
        self._draws = draws
        self._lowest = ticks / 4  # whatever the seed, prices stay positive
        self._regime = RANGE
        self._anchor = ticks
        self._steps_left = 4 * STEPS_PER_MINUTE

    @property
    def activity(self) -> float:
        """Multiple of the usual rate of orders."""
        return self._regime.activity + self.excitement

    def step(self) -> bool:
        """Advance one step and say whether the fair value moved."""
        draws, regime = self._draws, self._regime
        self._steps_left -= 1
        if self._steps_left <= 0:
            regime = self._change_regime()
        self.excitement *= 0.997
        self.pressure = (
            regime.pressure
            + (self.pressure - regime.pressure) * _PRESSURE_MEMORY
            + draws.gauss(0.0, _PRESSURE_NOISE)
        )
        self._drift += _DRIFT_TICKS * self.pressure
        self._drift += regime.reversion * (self._anchor - self.ticks)
        if draws.random() < _JUMPS_PER_STEP:
            self._jump()
        elif draws.random() >= _MOVE_SHARE:
            return False
        self.ticks += self._drift + draws.gauss(0.0, regime.volatility)
        self.ticks = max(self.ticks, self._lowest)
        self._drift = 0.0
        return True

    def _jump(self) -> None:
        size = 250 + min(1200.0, self._draws.exponential(450.0))
        up = self._draws.random() < 0.5 + 0.2 * max(-1.0, min(1.0, self.pressure))
        self._drift += size if up else -size
        self.excitement += 3.0

    def _change_regime(self) -> Regime:
        choices = _NEXT[self._regime]
        self._regime = choices[int(self._draws.random() * len(choices))]
        minutes = 1.0 + self._draws.exponential(_MEAN_MINUTES)
        self._steps_left = int(minutes * STEPS_PER_MINUTE)
        self._anchor = self.ticks
        return self._regime
