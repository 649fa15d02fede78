"""How many commands the house may send in a second, over all symbols: a bucket of tokens that may be overdrawn by one symbol's commands."""

SECOND = 1_000_000


class Budget:
    """`rate` commands a second, at most a second's worth saved up. Counts in commands times microseconds, so that nothing is rounded."""

    __slots__ = ("_at", "_left", "rate")

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._left = rate * SECOND
        self._at = 0

    def open(self, now: int) -> bool:
        """Whether something may be sent now (microseconds); a clock that was set back saves nothing up."""
        self._left = min(self.rate * SECOND, self._left + self.rate * max(0, now - self._at))
        self._at = now
        return self._left > 0

    def spend(self, commands: int) -> None:
        """So many were sent."""
        self._left -= commands * SECOND
