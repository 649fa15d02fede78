"""The pace of a replay: when a row of the file's time is due by the clock, however often speed and standstill change on the way."""

from fractions import Fraction

AGES = 1 << 62
"""Microseconds until a row is due while the feed is held."""


class Pace:
    """Microseconds everywhere. `speed` is a multiple of the file's own pace, None for as fast as possible; it begins with the first row
    it is asked about.
    """

    def __init__(self, speed: Fraction | None) -> None:
        self.speed = speed
        self.held = False
        self._time: int | None = None
        self._since = 0

    def begin(self) -> None:
        """Begin anew with the next row: another place in the file."""
        self._time = None

    def left(self, time: int, now: int) -> int:
        """How long until a row of `time` is due; 0 or less when it is."""
        if self._time is None or (self.speed is None and not self.held):
            self._time, self._since = time, now
        if self.held:
            return AGES
        return 0 if self.speed is None else self._since + int((time - self._time) / self.speed) - now

    def steer(self, speed: Fraction | None, *, held: bool, now: int) -> None:
        """From now on this speed, or a standstill. What has passed stays as it was."""
        if (speed, held) == (self.speed, self.held):
            return
        if self._time is not None:
            self._time, self._since = self._reached(now), now
        self.speed, self.held = speed, held

    def _reached(self, now: int) -> int:
        assert self._time is not None
        return self._time if self.held or self.speed is None else self._time + int((now - self._since) * self.speed)
