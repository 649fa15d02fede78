"""The course of regimes: one for good, or a session that opens, goes through what the seed draws, and begins again."""

from random import Random
from typing import NamedTuple

from marketdata.domain.synthetic.regimes import REGIMES, Regime

SESSION = "session"
COURSES = (*REGIMES, SESSION)
"""What a market can be asked for."""
SESSION_STEPS = 9_000
"""Half an hour of five steps a second."""

_STRETCHES = 12
_DRAWN = ("calm", "calm", "calm", "calm", "trend", "trend", "trend", "volatile", "volatile", "crash")
_QUIET, _RISE = 60, 160


class Stretch(NamedTuple):
    """What governs a step: a regime by name, and the share of its usual activity (percent)."""

    name: str
    regime: Regime
    busy: int


class Course:
    """The regime of one step after another."""

    def __init__(self, name: str, seed: int, steps: int = SESSION_STEPS) -> None:
        """`steps` is the length of a session. Raises `KeyError` for an unknown name."""
        self.name = name
        self._chance = Random(f"{seed}:session")  # noqa: S311 - a simulation, no secret
        self._steps, self._step = steps, 0
        self._plan: list[str] = []
        self._steady = None if name == SESSION else Stretch(name, REGIMES[name], 100)

    def next(self) -> Stretch:
        """The next step's."""
        if self._steady is not None:
            return self._steady
        at = self._step % self._steps
        if at == 0:
            self._plan = self._drawn()
        self._step += 1
        name = self._plan[at * _STRETCHES // self._steps]
        return Stretch(name, REGIMES[name], busy(at, self._steps))

    def _drawn(self) -> list[str]:
        """An opening, ten drawn ones, and a volatile close."""
        return ["open", *(_DRAWN[self._chance.getrandbits(30) % len(_DRAWN)] for _ in range(_STRETCHES - 2)), "volatile"]


def busy(at: int, steps: int) -> int:
    """Activity at a step of a session in percent: a U from 220 at both ends to 60 in the middle."""
    away = 2 * at - steps
    return _QUIET + _RISE * away * away // (steps * steps)
