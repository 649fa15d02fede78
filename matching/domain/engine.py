"""The matching engine: commands in, events out. Price-time priority, one book per symbol.

No clock, no randomness, nothing depends on the order of a set: the same commands give the same events and the same state on any machine.
Rules that decide who trades with whom live in `sweep`; rules about an order's life live here.
"""

from collections.abc import Iterator

from matching.domain.book import BUY, SELL, Book, Rules
from matching.domain.events import Accepted, Canceled, CancelRejected, Event, Rejected, Replaced, ReplaceRejected
from matching.domain.ladder import Level
from matching.domain.orders import Order
from matching.domain.sweep import NO_LIMIT, sweep
from schemas.enums import CommandType, OrderType, Reason, TimeInForce
from schemas.messages import OrderCommand

CLOSED_GENERATION = 4096
"""Closed orders are remembered in two generations of about this size, so that a late cancel or replace can be told it came too late."""

_NEW, _CANCEL, _REPLACE = CommandType.NEW.value, CommandType.CANCEL.value, CommandType.REPLACE.value
_LIMIT, _MARKET = OrderType.LIMIT.value, OrderType.MARKET.value
_IOC = TimeInForce.IOC.value
_SIDES = frozenset({BUY, SELL})
_TIFS = frozenset({TimeInForce.DAY.value, TimeInForce.GTC.value, _IOC})
_make = tuple.__new__


class UnknownCommand(ValueError):
    """A command that is not for the engine: it should not have been sent here."""


class Engine:
    """The books of some symbols and the orders open in them.

    `default_rules` are given to a symbol nobody announced; without them its orders are rejected. After `apply`, `touched` holds the
    levels the command changed (a level may be there twice), until the next command.
    """

    __slots__ = ("books", "closed", "closed_before", "default_rules", "orders", "touched")

    def __init__(self, default_rules: Rules | None = None) -> None:
        self.default_rules = default_rules
        self.books: dict[str, Book] = {}
        self.orders: dict[str, Order] = {}
        self.closed: dict[str, Order] = {}
        self.closed_before: dict[str, Order] = {}
        self.touched: list[Level] = []

    def apply(self, command: OrderCommand) -> list[Event]:
        """What follows from `command`. Raises `UnknownCommand`, without effect, for what the engine does not know."""
        self.touched.clear()
        kind = command.command
        if kind == _NEW:
            events = self._new(command)
        elif kind == _CANCEL:
            events = self._cancel(command)
        elif kind == _REPLACE:
            events = self._replace(command)
        elif kind == CommandType.INSTRUMENT:
            return self._instrument(command)
        else:
            raise UnknownCommand(f"{kind}: not a command of the matching engine")
        if len(self.closed) > CLOSED_GENERATION:
            self.closed_before, self.closed = self.closed, {}
        return events

    def changed(self) -> Iterator[tuple[Book, list[Level]]]:
        """The books the last command changed, each with its changed levels once, in the order first touched."""
        by_book: dict[str, tuple[Book, dict[tuple[str, int], Level]]] = {}
        for level in self.touched:
            book = level.ladder.book
            by_book.setdefault(book.symbol, (book, {}))[1][level.ladder.side, level.price] = level
        for book, levels in by_book.values():
            yield book, list(levels.values())

    def _new(self, command: OrderCommand) -> list[Event]:
        book = self.books.get(command.symbol) or self._book_by_default(command.symbol)
        code = Reason.INSTRUMENT_UNKNOWN if book is None else self._refusal(command, book)
        if code is not None:
            return [Rejected(command.id, code)]
        quantity: int = command.quantity  # type: ignore[assignment] # checked by _refusal
        order = Order(
            command.id,
            command.account,
            command.symbol,
            command.side,  # type: ignore[arg-type] # checked by _refusal, as are the next two
            command.type,  # type: ignore[arg-type]
            command.tif,  # type: ignore[arg-type]
            quantity,
            command.price,
            quantity,
            command.client_order_id,
        )
        events: list[Event] = [_make(Accepted, (order,))]
        self._trade_and_rest(book, order, events)  # type: ignore[arg-type] # no book is a refusal
        return events

    def _refusal(self, command: OrderCommand, book: Book) -> str | None:
        quantity, price, kind = command.quantity, command.price, command.type
        if command.id in self.orders:
            return Reason.ORDER_DUPLICATE
        if quantity is None or quantity <= 0 or command.tif not in _TIFS or command.side not in _SIDES:
            return Reason.ORDER_FIELD_INVALID
        if quantity % book.lot:
            return Reason.QUANTITY_OFF_LOT
        if kind == _LIMIT:
            if price is None or price <= 0:
                return Reason.ORDER_FIELD_INVALID
            return Reason.PRICE_OFF_TICK if price % book.tick else None
        return None if kind == _MARKET and price is None else Reason.ORDER_FIELD_INVALID

    def _trade_and_rest(self, book: Book, order: Order, events: list[Event]) -> None:
        """Let `order` take what it may; then it rests, or what is left of an order that must not rest is canceled."""
        own, other = (book.bids, book.asks) if order.side == BUY else (book.asks, book.bids)
        price = order.price
        limit = NO_LIMIT if price is None else price * other.sign
        heap = other.heap
        if heap and heap[0] <= limit:
            sweep(order, other, limit, events, self.touched, self.orders, self.closed)
        if not order.leaves:
            self.closed[order.id] = order
        elif price is None or order.tif == _IOC:
            self.closed[order.id] = order
            events.append(Canceled(order, order.leaves, Reason.LIQUIDITY_NONE))
        else:
            self.orders[order.id] = order
            self.touched.append(own.append(order, price))

    def _cancel(self, command: OrderCommand) -> list[Event]:
        order = self.orders.get(command.id)
        if order is None:
            gone = self.remembered(command.id)
            return [CancelRejected(command.id, Reason.ORDER_UNKNOWN if gone is None else Reason.ORDER_TOO_LATE, gone)]
        self._close(order)
        return [_make(Canceled, (order, order.leaves, command.reason or Reason.CANCEL_REQUESTED))]

    def _close(self, order: Order) -> None:
        level: Level = order.level  # type: ignore[assignment] # every open order rests
        level.ladder.remove(order, level)
        self.touched.append(level)
        del self.orders[order.id]
        self.closed[order.id] = order

    def _replace(self, command: OrderCommand) -> list[Event]:
        order = self.orders.get(command.id)
        if order is None:
            gone = self.remembered(command.id)
            return [ReplaceRejected(command.id, Reason.ORDER_UNKNOWN if gone is None else Reason.ORDER_TOO_LATE, gone)]
        level: Level = order.level  # type: ignore[assignment] # every open order rests
        book = level.ladder.book
        quantity = order.quantity if command.quantity is None else command.quantity
        price = level.price if command.price is None else command.price
        if quantity <= 0 or price <= 0:
            return [ReplaceRejected(order.id, Reason.ORDER_FIELD_INVALID, order)]
        if quantity % book.lot and quantity != order.quantity:
            return [ReplaceRejected(order.id, Reason.QUANTITY_OFF_LOT, order)]
        if price % book.tick and price != level.price:  # terms that stay were right when they were accepted
            return [ReplaceRejected(order.id, Reason.PRICE_OFF_TICK, order)]
        return self._change_terms(book, order, level, quantity, price)

    def _change_terms(self, book: Book, order: Order, level: Level, quantity: int, price: int) -> list[Event]:
        """Size down at the same price keeps the place; anything more goes to the tail and may trade; at or below filled closes."""
        cum = order.quantity - order.leaves
        keeps_place = price == level.price and quantity <= order.quantity
        if quantity <= cum:
            self._close(order)
            order.quantity, order.price, order.leaves = cum, price, 0
            return [Replaced(order, 0, keeps_place)]
        leaves = quantity - cum
        if keeps_place:
            if quantity != order.quantity:
                level.quantity -= order.leaves - leaves
                order.quantity, order.leaves = quantity, leaves
                self.touched.append(level)
            return [Replaced(order, leaves, True)]
        level.ladder.remove(order, level)
        self.touched.append(level)
        order.quantity, order.price, order.leaves = quantity, price, leaves
        events: list[Event] = [Replaced(order, leaves, False)]
        self._trade_and_rest(book, order, events)
        if order.level is None:
            del self.orders[order.id]
        return events

    def _instrument(self, command: OrderCommand) -> list[Event]:
        """Set tick and lot of a symbol; orders that rest keep their terms."""
        numbers = command.attributes or {}
        rules = Rules(numbers.get("tick", 0), numbers.get("lot", 0))
        if rules.tick <= 0 or rules.lot <= 0:
            raise UnknownCommand(f"instrument {command.symbol}: needs a positive tick and lot")
        book = self.books.get(command.symbol)
        if book is None:
            self.books[command.symbol] = Book(command.symbol, rules)
        else:
            book.tick, book.lot = rules
        return []

    def _book_by_default(self, symbol: str) -> Book | None:
        if self.default_rules is None:
            return None
        book = self.books[symbol] = Book(symbol, self.default_rules)
        return book

    def remembered(self, order_id: str) -> Order | None:
        """The order of this id if it closed not long ago."""
        return self.closed.get(order_id) or self.closed_before.get(order_id)
