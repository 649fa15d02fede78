"""Matching itself: an incoming order takes what the other side offers, best price first, oldest first, at the resting price."""

from heapq import heappop

from matching.domain.events import Event, Traded
from matching.domain.ladder import Ladder, Level
from matching.domain.orders import Order

NO_LIMIT = 1 << 65_536
"""Above every key: a market order takes any price."""

_make = tuple.__new__  # an event in half the time its own constructor takes


def sweep(  # noqa: PLR0917 - by position: the hottest call there is
    taker: Order,
    ladder: Ladder,
    limit: int,
    events: list[Event],
    touched: list[Level],
    open_orders: dict[str, Order],
    closed: dict[str, Order],
) -> None:
    """Trade `taker` against the levels of `ladder` whose key is at most `limit`, until either side is used up.

    Appends a `Traded` per match and each level it changed; moves filled resting orders from `open_orders` to `closed`. One pass over
    what trades, no recursion.
    """
    leaves = taker.leaves
    book = ladder.book
    heap, levels = ladder.heap, ladder.levels
    seq = book.trades
    while leaves and heap and heap[0] <= limit:
        level = levels[heap[0]]
        maker = level.head
        if maker is None:
            ladder.drop_top()
            continue
        touched.append(level)
        price = level.price
        filled = 0
        while maker is not None and leaves:
            seq += 1
            offered = maker.leaves
            if offered > leaves:  # the resting order keeps its place with the rest
                maker.leaves = offered - leaves
                level.quantity -= leaves
                events.append(_make(Traded, (taker, maker, leaves, price, 0, offered - leaves, seq)))
                leaves = 0
                break
            leaves -= offered
            level.quantity -= offered
            filled += 1
            maker.leaves = 0
            events.append(_make(Traded, (taker, maker, offered, price, leaves, 0, seq)))
            del open_orders[maker.id]
            closed[maker.id] = maker
            behind = maker.behind
            maker.level = maker.before = maker.behind = None
            maker = behind
        level.count -= filled
        level.head = maker
        if maker is None:
            level.tail = None
            del levels[heappop(heap)]
        else:
            maker.before = None
        book.last = price
    book.trades = seq
    taker.leaves = leaves
