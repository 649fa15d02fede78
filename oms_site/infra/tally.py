"""Metrics of a worker's hot path, gathered in memory and written once a batch.

A value in the shared metrics directory costs about as much as matching an order; a batch of hundreds needs it once. The worker loops
call `flush` after each batch, so what is told is never older than that.
"""

from bisect import bisect_left

from prometheus_client import Counter, Histogram

_all: "list[StageTally | CountTally]" = []


class StageTally:
    """Observations of one histogram with its labels set."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._waiting: list[float] = []
        _all.append(self)

    def observe(self, seconds: float) -> None:
        """Remember one observation."""
        self._waiting.append(seconds)

    def flush(self) -> None:
        """Write what was gathered: one addition for each bucket that got something."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        counts: dict[int, int] = {}
        for seconds in waiting:
            bucket = bisect_left(self._histogram._upper_bounds, seconds)
            counts[bucket] = counts.get(bucket, 0) + 1
        self._histogram._sum.inc(sum(waiting))
        for bucket, count in counts.items():
            self._histogram._buckets[bucket].inc(count)


class CountTally:
    """Additions to one counter with its labels set."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._waiting = 0
        _all.append(self)

    def inc(self) -> None:
        """Remember one more."""
        self._waiting += 1

    def flush(self) -> None:
        """Write what was gathered."""
        if self._waiting:
            waiting, self._waiting = self._waiting, 0
            self._counter.inc(waiting)


def flush() -> None:
    """Write everything this process has gathered."""
    for tally in _all:
        tally.flush()
