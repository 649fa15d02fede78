"""The way of a checked file into the topic: in file order, at its own pace or another one, steered while it runs."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from marketdata.domain.pace import Pace
from marketdata.domain.steering import Wish

BATCH = 1_000
"""Rows sent at once at most."""
LONGEST_WAIT = 200_000
"""Microseconds between two calls of `alive` while waiting for a row's time."""
ROOM = 200_000
"""`alive` may take a while (it tells PostgreSQL): it is called where so many microseconds are free before the next row, the fewer the
longer ago the last call is.
"""
LONGEST_DEAF = 500_000
"""So many microseconds after the last call it is called whatever is due."""


class Clock(Protocol):
    """Time that only goes forward, and a wait that ends early when the feed is to stop."""

    def now(self) -> int:
        """Microseconds since any fixed moment."""

    def wait(self, microseconds: int) -> None:
        """Wait that long or until `stopping`."""

    def stopping(self) -> bool:
        """Whether to stop."""


class Timed(Protocol):
    """A row: `time` is the source's, microseconds."""

    @property
    def time(self) -> int:
        """When the source said so."""


Row = TypeVar("Row", bound=Timed)


class QuoteFeed(Generic[Row]):
    """Sends rows through `send` in batches; `alive` is called between them with the number of rows sent so far, and may answer a wish.

    `speed` is a multiple of the file's own pace, None for as fast as possible.
    """

    def __init__(
        self, *, send: Callable[[list[Row]], None], alive: Callable[[int], Wish | None], clock: Clock, speed: Fraction | None
    ) -> None:
        self._send = send
        self._alive = alive
        self._clock = clock
        self._pace = Pace(speed)
        self._batch: list[Row] = []
        self._stop = False
        self._heard = clock.now()
        self.seek: int | None = None
        """The time of the file somebody wants to go on from; the run ends for it."""
        self.sent = 0

    def run(self, rows: Iterable[Row]) -> bool:
        """Send everything; False when stopped, or sent elsewhere (`seek`), before the end. What was begun is sent whole."""
        self.seek = None
        self._pace.begin()
        for row in rows:
            if not self._due(row.time):
                break
            self._batch.append(row)
            if len(self._batch) == BATCH:
                self._flush()
                self.hear()
        self._flush()
        self.hear()
        return not self.ended

    def hear(self) -> None:
        """Tell that it is alive, and take up what is wanted."""
        wish = self._alive(self.sent)
        self._heard = self._clock.now()
        if wish is not None:
            self._pace.steer(wish.speed, held=wish.held, now=self._clock.now())
            self._stop = wish.stop
            self.seek = wish.seek

    @property
    def ended(self) -> bool:
        """Whether no further row is to be sent in this run."""
        return self._stop or self.seek is not None or self._clock.stopping()

    def _due(self, time: int) -> bool:
        """Wait until a row is due; False when it is not to be sent any more."""
        while not self.ended:
            now = self._clock.now()
            left = self._pace.left(time, now)
            if left <= 0:
                return True
            if self._batch:
                self._flush()
            elif self._room(left, now - self._heard):
                self.hear()
            else:
                self._clock.wait(min(left, LONGEST_WAIT))
        return False

    @staticmethod
    def _room(left: int, since: int) -> bool:
        """Whether to call `alive` now, so long after the last time, with the next row due in `left`."""
        return since >= LONGEST_WAIT and left * LONGEST_DEAF >= ROOM * (LONGEST_DEAF - since)

    def _flush(self) -> None:
        if self._batch:
            self._send(self._batch)
            self.sent += len(self._batch)
            self._batch.clear()
