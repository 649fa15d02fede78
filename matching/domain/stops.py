"""Stops of one book: parked until a trade price elects them, then waiting for their turn to act.

Elected by any price that meets them, those that one command elects in order of entry; who was elected first acts first. The number of
parked stops is bounded (`MOST`), and each acts once: so is every cascade.
"""

from collections import deque
from heapq import heapify, heappop, heappush
from operator import attrgetter

from matching.domain.orders import ConditionalOrder
from schemas.enums import Side

MOST = 100_000
"""Stops that may wait in one book: an order beyond is rejected."""
_STALE_ABOVE = 256
_by_entry = attrgetter("entry")
_BUY = Side.BUY.value


class Stops:
    """What waits. `count` is the number of stops parked or elected; `entries` numbers them."""

    __slots__ = ("_buys", "_queue", "_sells", "count", "entries", "trailing")

    def __init__(self) -> None:
        self.count = 0
        self.entries = 0
        self.trailing: dict[str, ConditionalOrder] = {}
        self._buys: list[tuple[int, int, ConditionalOrder]] = []
        self._sells: list[tuple[int, int, ConditionalOrder]] = []
        self._queue: deque[tuple[int, ConditionalOrder]] = deque()

    def add(self, order: ConditionalOrder, last: int | None) -> None:
        """A new stop, or one that changed: parked, or elected at once when the last price meets it."""
        self.entries += 1
        order.entry = self.entries
        order.best = last
        self.count += 1
        stop = order.asks.stop_price
        if stop is not None and last is not None and (last >= stop if order.side == _BUY else last <= stop):
            self._elect(order)
        else:
            self.park(order)

    def park(self, order: ConditionalOrder) -> None:
        """Wait for a price, with the entry and the best price the order has."""
        order.parked = True
        stop = order.asks.stop_price
        if stop is None:
            self.trailing[order.id] = order
        elif order.side == _BUY:
            heappush(self._buys, (stop, order.entry, order))
        else:
            heappush(self._sells, (-stop, order.entry, order))

    def remove(self, order: ConditionalOrder) -> None:
        """Forget a stop that is parked or elected."""
        order.parked = order.elected = False
        self.trailing.pop(order.id, None)
        self.count -= 1
        for heap in (self._buys, self._sells):
            if len(heap) > _STALE_ABOVE and len(heap) > 2 * self.count:
                heap[:] = [row for row in heap if _waits(row)]
                heapify(heap)

    def traded(self, first: int, last: int) -> None:
        """Prices have been traded from `first` to `last`, rising or falling all the way: elect whoever they meet."""
        met = self._met(self._buys, max(first, last)) + self._met(self._sells, -min(first, last))
        met += [order for order in list(self.trailing.values()) if _follows(order, first) or _follows(order, last)]
        for order in sorted(met, key=_by_entry):
            order.parked = False
            self.trailing.pop(order.id, None)
            self._elect(order)

    def next(self) -> ConditionalOrder | None:
        """Take the stop whose turn it is to act, None when nobody's is."""
        while self._queue:
            entry, order = self._queue.popleft()
            if order.elected and order.entry == entry:
                order.elected = False
                order.triggered = True
                self.count -= 1
                return order
        return None

    def elected(self) -> list[ConditionalOrder]:
        """Those elected, first in turn first."""
        return [order for entry, order in self._queue if order.elected and order.entry == entry]

    def _elect(self, order: ConditionalOrder) -> None:
        order.elected = True
        self._queue.append((order.entry, order))

    def elect_again(self, order: ConditionalOrder) -> None:
        """Put back, last in turn, what was elected before a restore."""
        self._elect(order)

    @staticmethod
    def _met(heap: list[tuple[int, int, ConditionalOrder]], key: int) -> list[ConditionalOrder]:
        met = []
        while heap and heap[0][0] <= key:
            row = heappop(heap)
            if _waits(row):
                met.append(row[2])
                row[2].parked = False
        return met


def _waits(row: tuple[int, int, ConditionalOrder]) -> bool:
    """Whether an entry of a heap still stands: the order is parked and has not been entered anew."""
    return row[2].parked and row[2].entry == row[1]


def _follows(order: ConditionalOrder, price: int) -> bool:
    """Move a trailing stop's best price along; whether `price` meets the stop behind it."""
    offset = order.asks.trail_offset or 0
    best = order.best
    if order.side == _BUY:
        best = order.best = price if best is None else min(best, price)
        return price >= best + offset
    best = order.best = price if best is None else max(best, price)
    return price <= best - offset
