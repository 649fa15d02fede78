"""The way of a checked file into the topic: in file order, at its own pace or a faster one, the symbols claimed as long as it takes."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Protocol

from schemas.messages import Quote

BATCH = 1_000
"""Rows sent at once at most; a batch is acknowledged before the next is begun, so memory stays bounded and order is kept."""
LONGEST_WAIT = 1_000_000
"""Microseconds between two calls of `alive` while waiting for a row's time."""


class Clock(Protocol):
    """Time that only goes forward, and a wait that ends early when the feed is to stop."""

    def now(self) -> int:
        """Microseconds since any fixed moment."""

    def wait(self, microseconds: int) -> None:
        """Wait that long or until `stopping`."""

    def stopping(self) -> bool:
        """Whether to stop."""


class QuoteFeed:
    """Sends rows through `send` in batches; `alive` is called between them with the number of rows sent so far.

    `speed` is a multiple of the file's own pace, None for as fast as possible.
    """

    def __init__(self, *, send: Callable[[list[Quote]], None], alive: Callable[[int], None], clock: Clock, speed: Fraction | None) -> None:
        self._send = send
        self._alive = alive
        self._clock = clock
        self._speed = speed
        self._batch: list[Quote] = []
        self.sent = 0

    def run(self, quotes: Iterable[Quote]) -> bool:
        """Send everything; False when stopped before the end. What was begun is sent whole."""
        started, first = self._clock.now(), None
        for quote in quotes:
            if self._speed is not None:
                first = quote.time if first is None else first
                self._wait_until(started + int((quote.time - first) / self._speed))
            if self._clock.stopping():
                break
            self._batch.append(quote)
            if len(self._batch) == BATCH:
                self._flush()
        self._flush()
        return not self._clock.stopping()

    def _wait_until(self, due: int) -> None:
        if due <= self._clock.now():
            return
        self._flush()
        while (left := due - self._clock.now()) > 0 and not self._clock.stopping():
            self._clock.wait(min(left, LONGEST_WAIT))
            self._alive(self.sent)

    def _flush(self) -> None:
        if self._batch:
            self._send(self._batch)
            self.sent += len(self._batch)
            self._batch.clear()
            self._alive(self.sent)
