"""The yardstick: a book as anyone would write it first, with a dict of orders, a heap of prices and a linked list at each price.

It knows limit orders and cancels and nothing else: no symbols, no rules, no ids of trades. What it does on a machine says what the machine
can do, and our engine's figures are read against it.
"""

from heapq import heappop, heappush

BUY, SELL = "buy", "sell"


class Order:
    """A resting order and its neighbors in the queue of its price."""

    __slots__ = ("following", "level", "number", "previous", "quantity")

    def __init__(self, number: int, quantity: int) -> None:
        self.number = number
        self.quantity = quantity
        self.level: Level | None = None
        self.previous: Order | None = None
        self.following: Order | None = None


class Level:
    """The orders at one price, oldest first."""

    __slots__ = ("first", "last", "price")

    def __init__(self, price: int) -> None:
        self.price = price
        self.first: Order | None = None
        self.last: Order | None = None

    def append(self, order: Order) -> None:
        """Last in the queue."""
        order.level = self
        order.previous = self.last
        if self.last is None:
            self.first = order
        else:
            self.last.following = order
        self.last = order

    def remove(self, order: Order) -> None:
        """Out of the queue, wherever it is."""
        if order.previous is None:
            self.first = order.following
        else:
            order.previous.following = order.following
        if order.following is None:
            self.last = order.previous
        else:
            order.following.previous = order.previous


class Half:
    """One side: prices in a heap (negative for bids, so that the best comes first), levels in a dict."""

    __slots__ = ("heap", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.heap: list[int] = []

    def best(self) -> Level | None:
        """The best level that has orders; empty ones met on the way are forgotten."""
        while self.heap:
            level = self.levels[self.heap[0]]
            if level.first is not None:
                return level
            del self.levels[heappop(self.heap)]
        return None

    def append(self, order: Order, price: int) -> None:
        """Last in the queue of its price."""
        key = price * self.sign
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level(price)
            heappush(self.heap, key)
        level.append(order)


class ReferenceBook:
    """Price-time priority in the fewest lines."""

    def __init__(self) -> None:
        self.bids, self.asks = Half(-1), Half(1)
        self.orders: dict[int, Order] = {}

    def submit(self, number: int, side: str, price: int, quantity: int) -> list[tuple[int, int, int, int]]:
        """The fills `(taker, maker, price, quantity)` of a limit order, whose rest stays in the book."""
        own, other = (self.bids, self.asks) if side == BUY else (self.asks, self.bids)
        fills = []
        while quantity:
            level = other.best()
            if level is None or level.price * other.sign > price * other.sign:
                break
            maker = level.first
            assert maker is not None
            filled = min(quantity, maker.quantity)
            fills.append((number, maker.number, level.price, filled))
            quantity -= filled
            maker.quantity -= filled
            if not maker.quantity:
                level.remove(maker)
                del self.orders[maker.number]
        if quantity:
            order = self.orders[number] = Order(number, quantity)
            own.append(order, price)
        return fills

    def cancel(self, number: int) -> bool:
        """Whether there was something to cancel."""
        order = self.orders.pop(number, None)
        if order is None:
            return False
        order.level.remove(order)  # type: ignore[union-attr]
        return True
