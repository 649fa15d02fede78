"""The yardstick with our engine's interface: the book of `reference` behind whole commands, answering with the same facts.

One dict of orders, a heap of prices and a linked list at each price; it checks nothing, knows no rules, remembers no closed order and does
not say which levels changed. What it costs is what Python asks for taking a command, matching it and saying what happened.
"""

from typing import NamedTuple

from benchmarks.matching.reference import BUY, Half, Level
from schemas.messages import OrderCommand


class PlainOrder:
    """An order with its terms and its neighbors in the queue of its price."""

    __slots__ = ("account", "following", "id", "leaves", "level", "previous", "price", "quantity", "side", "symbol", "tif", "type")

    def __init__(self, command: OrderCommand) -> None:
        self.id = command.id
        self.account = command.account
        self.symbol = command.symbol
        self.side = command.side
        self.type = command.type
        self.tif = command.tif
        self.quantity = command.quantity
        self.price = command.price
        self.leaves = command.quantity
        self.level: Level | None = None
        self.previous: PlainOrder | None = None
        self.following: PlainOrder | None = None


class PlainAccept(NamedTuple):
    """The order is in force."""

    order: PlainOrder


class PlainTrade(NamedTuple):
    """One match."""

    taker: PlainOrder
    maker: PlainOrder
    quantity: int
    price: int
    taker_leaves: int
    maker_leaves: int


class PlainCancel(NamedTuple):
    """The order is closed."""

    order: PlainOrder
    leaves: int


class PlainEngine:
    """Limit orders and cancels, any number of symbols."""

    def __init__(self) -> None:
        self.books: dict[str, tuple[Half, Half]] = {}
        self.orders: dict[str, PlainOrder] = {}

    def apply(self, command: OrderCommand) -> list[NamedTuple]:
        """What follows from it."""
        return self._new(command) if command.command == "new" else self._cancel(command)

    def _new(self, command: OrderCommand) -> list[NamedTuple]:
        book = self.books.get(command.symbol)
        if book is None:
            book = self.books[command.symbol] = (Half(-1), Half(1))
        own, other = book if command.side == BUY else (book[1], book[0])
        order = PlainOrder(command)
        facts: list[NamedTuple] = [PlainAccept(order)]
        while order.leaves:
            level = other.best()
            if level is None or level.price * other.sign > order.price * other.sign:
                break
            maker = level.first
            filled = min(order.leaves, maker.leaves)
            order.leaves -= filled
            maker.leaves -= filled
            facts.append(PlainTrade(order, maker, filled, level.price, order.leaves, maker.leaves))
            if not maker.leaves:
                level.remove(maker)
                del self.orders[maker.id]
        if order.leaves:
            self.orders[order.id] = order
            own.append(order, order.price)
        return facts

    def _cancel(self, command: OrderCommand) -> list[NamedTuple]:
        order = self.orders.pop(command.id, None)
        if order is None:
            return []
        order.level.remove(order)
        return [PlainCancel(order, order.leaves)]
