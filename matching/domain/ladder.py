"""One side of a book: price levels, best first, each a queue of orders in the order they came.

Cancel, reduce and append cost the same however many orders wait at a price. The best price comes from a heap; a level emptied by a
cancel stays in it until it reaches the top or the vacant ones outnumber the others (`COMPACT_ABOVE`), so no step ever searches.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matching.domain.book import Book
    from matching.domain.orders import Order

COMPACT_ABOVE = 256
"""Vacant levels that are always tolerated; beyond, they may not outnumber the occupied ones."""


class Level:
    """One price: what rests there in total, and the queue (`head` is served first).

    `key` orders levels of one ladder: the lowest key is the best price. `quantity` is what the book shows.
    """

    __slots__ = ("count", "head", "key", "ladder", "price", "quantity", "tail")

    def __init__(self, ladder: Ladder, price: int, key: int) -> None:
        self.ladder = ladder
        self.price = price
        self.key = key
        self.quantity = 0
        self.count = 0
        self.head: Order | None = None
        self.tail: Order | None = None

    def queue(self) -> Iterator[Order]:
        """The orders, first in line first."""
        order = self.head
        while order is not None:
            yield order
            order = order.behind

    def __repr__(self) -> str:
        return f"<Level {self.price}: {self.quantity} in {self.count}>"


class Ladder:
    """The bids or the asks of one book. `sign` makes a price a key: -1 for bids, so that the highest comes first.

    `icebergs` counts the resting orders that may hide something.
    """

    __slots__ = ("book", "heap", "icebergs", "levels", "side", "sign", "vacant")

    def __init__(self, book: Book, side: str, sign: int) -> None:
        self.book = book
        self.side = side
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.heap: list[int] = []
        self.vacant = 0
        self.icebergs = 0

    def append(self, order: Order, price: int) -> Level:
        """Put `order` at the tail of the queue at `price`."""
        key = price * self.sign
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level(self, price, key)
            heappush(self.heap, key)
            level.head = order
        else:
            tail = level.tail
            if tail is None:
                self.vacant -= 1
                level.head = order
            else:
                tail.behind = order
                order.before = tail
        level.tail = order
        level.quantity += order.leaves
        level.count += 1
        order.level = level
        return level

    def remove(self, order: Order, level: Level) -> None:
        """Take `order` out of `level`, wherever in the queue it is."""
        before, behind = order.before, order.behind
        if before is None:
            level.head = behind
        else:
            before.behind = behind
        if behind is None:
            level.tail = before
        else:
            behind.before = before
        order.level = order.before = order.behind = None
        level.quantity -= order.leaves
        level.count -= 1
        if level.head is None:
            self.vacant += 1
            if self.vacant > COMPACT_ABOVE and self.vacant * 2 > len(self.levels):
                self._compact()

    def place(self, order: Order, price: int) -> Level:
        """As `append`, for any order: what it hides is not shown."""
        level = self.append(order, price)
        if order.conditions is not None and order.conditions.display_quantity is not None:
            level.quantity -= order.hidden
            self.icebergs += 1
        return level

    def take_out(self, order: Order) -> Level:
        """As `remove`, for any order that rests here; its level."""
        level: Level = order.level  # type: ignore[assignment] # it rests
        self.remove(order, level)
        if order.conditions is not None and order.conditions.display_quantity is not None:
            level.quantity += order.hidden
            self.icebergs -= 1
        return level

    def fill(self, order: Order, quantity: int) -> None:
        """Take `quantity` of what `order` shows. Used up it leaves; a used-up slice is refreshed at the tail of its level."""
        level: Level = order.level  # type: ignore[assignment] # it rests
        order.leaves -= quantity
        level.quantity -= quantity
        if not order.leaves:
            self.take_out(order)
        elif order.leaves == order.hidden:
            self._refresh(order, level)

    def _refresh(self, order: Order, level: Level) -> None:
        """Show the next slice, behind the others at the price. An order that is alone there stays: its level is never vacant meanwhile."""
        if level.count == 1:
            order.slice()
            level.quantity += order.leaves - order.hidden
        else:
            self.take_out(order)
            order.slice()
            self.place(order, level.price)

    def total(self, level: Level) -> int:
        """All that rests at a level, hidden quantity too."""
        return sum(order.leaves for order in level.queue()) if self.icebergs else level.quantity

    def best(self) -> Level | None:
        """The level that is served first, None when the ladder is empty."""
        heap, levels = self.heap, self.levels
        while heap:
            level = levels[heap[0]]
            if level.head is not None:
                return level
            self.drop_top()
        return None

    def drop_top(self) -> None:
        """Forget the level at the top of the heap, which a cancel emptied."""
        del self.levels[heappop(self.heap)]
        self.vacant -= 1

    def in_order(self) -> list[Level]:
        """All occupied levels, best first."""
        levels = self.levels
        return [level for key in sorted(levels) if (level := levels[key]).head is not None]

    def _compact(self) -> None:
        """In place: whoever walks this ladder goes on with the same objects."""
        levels = self.levels
        for key in [key for key, level in levels.items() if level.head is None]:
            del levels[key]
        self.heap[:] = levels
        heapify(self.heap)
        self.vacant = 0
