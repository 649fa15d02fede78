"""How fast a client may send."""


class Bucket:
    """A token bucket: `rate` frames a second, at most `burst` at once. Times are seconds of any clock that only rises."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._tokens, self._at = rate, burst, burst, now

    def take(self, now: float) -> bool:
        """Whether one more frame is within the rate."""
        self._tokens = max(self._tokens, min(self._burst, self._tokens + (now - self._at) * self._rate))
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def excuse(self, since: float, now: float) -> None:
        """What was not read from `since` to `now` may arrive at once, beyond the burst: who kept to the rate has sent no more."""
        self._tokens += max(now - max(since, self._at), 0) * self._rate
        self._at = max(self._at, now)
