"""How fast an account sends and trades: requests and fills of the last second, and the orders that were alike in the last minute.

Everything is taken from the account's own records, so that a recovery counts what was counted live. A request counts at the moment its
command was written, in milliseconds as the record's id tells it, so that a backlog is no burst; a fill at its own, in microseconds.
"""

from collections import deque
from typing import Any

from risk.domain.limits import REPEAT_WINDOW_MOST

SECOND_MS = 1_000
SECOND_US = 1_000_000
ALIKE_KEPT_MS = REPEAT_WINDOW_MOST * SECOND_MS
ALIKE_MOST = 1_000
"""How many of an account's last orders are compared with a new one."""

Terms = tuple[str, str, str, int, int | None, int | None]
"""What makes two orders alike: symbol, side, type, quantity, limit and stop price."""


class Flow:
    """Sliding windows of one account. `day_sent` and `day_fills` count for the account's day alone."""

    __slots__ = ("_alike", "_times", "day_fills", "day_sent", "fills", "recent", "sent")

    def __init__(self) -> None:
        self.sent: deque[int] = deque()
        self.fills: deque[tuple[int, str]] = deque()
        self.recent: deque[tuple[int, Terms]] = deque()
        self._alike: dict[Terms, int] = {}
        self.day_sent = 0
        self.day_fills = 0

    def send(self, time: int) -> None:
        """Count a risk-adding request, accepted or refused."""
        sent = self.sent
        while sent and sent[0] <= time - SECOND_MS:
            sent.popleft()
        sent.append(time)
        self.day_sent += 1

    def sent_within(self, time: int) -> int:
        """Requests of the second that ends with one at `time`. Older ones are forgotten, as by that request itself."""
        sent = self.sent
        while sent and sent[0] <= time - SECOND_MS:
            sent.popleft()
        return len(sent)

    def fill(self, time: int, trader: str) -> None:
        """Count a fill."""
        fills = self.fills
        while fills and fills[0][0] <= time - SECOND_US:
            fills.popleft()
        fills.append((time, trader))
        self.day_fills += 1

    @property
    def last_trader(self) -> str:
        """Who entered the order that was filled last, empty where that is not known."""
        return self.fills[-1][1] if self.fills else ""

    def filled_within(self, time: int, trader: str | None = None) -> int:
        """Fills of the second that ends with a fill at `time`, of all traders or of one. Older ones are forgotten, as by that fill."""
        fills = self.fills
        while fills and fills[0][0] <= time - SECOND_US:
            fills.popleft()
        return len(fills) if trader is None else sum(whose == trader for _, whose in fills)

    def accept(self, time: int, terms: Terms) -> None:
        """Remember an order that was accepted."""
        recent, alike = self.recent, self._alike
        while recent and (recent[0][0] <= time - ALIKE_KEPT_MS or len(recent) >= ALIKE_MOST):
            self._forget(recent.popleft()[1])
        recent.append((time, terms))
        alike[terms] = alike.get(terms, 0) + 1

    def _forget(self, terms: Terms) -> None:
        left = self._alike[terms] - 1
        if left:
            self._alike[terms] = left
        else:
            del self._alike[terms]

    def alike_within(self, terms: Terms, since: int, enough: int) -> int:
        """How many accepted orders since a moment were alike. The window is only looked through when there are enough to matter."""
        known = self._alike.get(terms, 0)
        if known < enough:
            return known
        return sum(time > since and other == terms for time, other in self.recent)

    def begin_day(self) -> None:
        """Count for another day from now on."""
        self.day_sent = self.day_fills = 0

    def dump(self) -> list[Any]:
        """The windows as values JSON can hold."""
        recent = [[time, *terms] for time, terms in self.recent]
        return [list(self.sent), [list(fill) for fill in self.fills], recent, self.day_sent, self.day_fills]

    @classmethod
    def load(cls, values: list[Any]) -> "Flow":
        """The windows that were dumped."""
        made = cls()
        sent, fills, recent, made.day_sent, made.day_fills = values
        made.sent = deque(sent)
        made.fills = deque((time, trader) for time, trader in fills)
        for time, *terms in recent:
            key: Terms = tuple(terms)
            made.recent.append((time, key))
            made._alike[key] = made._alike.get(key, 0) + 1
        return made
