"""How long to wait before the next attempt: exponential, with full jitter, so that many clients do not come back in one moment."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays in seconds: attempt n (from 0) waits between 0 and `first * 2**n`, at most `most`. `chance` gives numbers from 0 to 1."""

    first: float = 0.25
    most: float = 10.0
    chance: Callable[[], float] = random.random

    def delay(self, attempt: int, *, at_least: float = 0.0) -> float:
        """The wait before attempt number `attempt`; `at_least` is added where the server asks for a pause."""
        return at_least + self.chance() * min(self.most, self.first * 2.0 ** min(attempt, 32))
