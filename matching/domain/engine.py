"""The matching engine: commands in, events out. Price-time priority, one book per symbol.

No clock, no randomness, nothing depends on the order of a set: the same commands give the same events and the same state on any machine.
This module keeps the books and goes the plain way: limit orders and cancels in continuous trading. What an order does otherwise is in
`acting`, terms that change in `replacing`, the market's phases in `phases`, auctions in `auction`.
"""

from collections.abc import Callable, Iterator

from matching.domain import acting, correcting, entry, phases, replacing
from matching.domain.book import BUY, CALL_PHASES, SELL, Book, Rules, UnknownCommand
from matching.domain.events import Accepted, Canceled, CancelRejected, Event, PhaseChanged, Rejected
from matching.domain.ladder import Level
from matching.domain.orders import STOPS, Order
from matching.domain.sweep import sweep
from schemas.enums import AuctionKind, CommandType, OrderType, Reason, TimeInForce
from schemas.messages import OrderCommand

CLOSED_GENERATION = 4096
"""Closed orders are remembered in two generations of about this size, so that a late cancel or replace can be told it came too late."""

_NEW, _CANCEL = CommandType.NEW.value, CommandType.CANCEL.value
_LIMIT = OrderType.LIMIT.value
_IOC, _AT_CLOSE = TimeInForce.IOC.value, TimeInForce.AT_CLOSE.value
_SIDES = frozenset({BUY, SELL})
_PLAIN_TIFS = frozenset({TimeInForce.DAY.value, TimeInForce.GTC.value, _IOC})
_CANCEL_REQUESTED, _LIQUIDITY_NONE = Reason.CANCEL_REQUESTED, Reason.LIQUIDITY_NONE
_make = tuple.__new__
_blank = object.__new__


class Engine:
    """The books of some symbols and the orders open in them.

    `default_rules` are given to a symbol nobody announced; without them its orders are rejected. After `apply`, `touched` holds the
    levels the command changed (a level may be there twice), until the next command. `closed` and `closed_before` remember closed orders,
    `ended` those of them that ended unfilled and had a fill corrected since.
    """

    __slots__ = ("books", "closed", "closed_before", "default_rules", "ended", "orders", "touched")

    def __init__(self, default_rules: Rules | None = None) -> None:
        self.default_rules = default_rules
        self.books: dict[str, Book] = {}
        self.orders: dict[str, Order] = {}
        self.closed: dict[str, Order] = {}
        self.closed_before: dict[str, Order] = {}
        self.ended: dict[str, Order] = {}
        self.touched: list[Level] = []

    def apply(self, command: OrderCommand) -> list[Event]:
        """What follows from `command`. Raises `UnknownCommand`, without effect, for what the engine does not know."""
        self.touched.clear()
        kind = command.command
        if kind == _NEW:
            return self._new(command)
        if kind == _CANCEL:
            events = self._cancel(command)
        else:
            way = _WAYS.get(kind)
            if way is None:
                raise UnknownCommand(f"{kind}: not a command of the matching engine")
            events = way(self, command)
        return self._aged(events)

    def _aged(self, events: list[Event]) -> list[Event]:
        """The events, once those are forgotten that closed too long ago."""
        if len(self.closed) > CLOSED_GENERATION:
            self.closed_before, self.closed = self.closed, {}
            if self.ended:
                self.ended = {order_id: order for order_id, order in self.ended.items() if self.remembered(order_id) is order}
        return events

    def changed(self, command: OrderCommand, events: list[Event]) -> Iterator[tuple[Book, list[Level]]]:
        """The books the last command changed, each with its changed levels once, in the order first touched.

        A book whose phase changed is among them, and one that is called: every command may move its indicative price.
        """
        by_book: dict[str, tuple[Book, dict[tuple[str, int], Level]]] = {}
        for level in self.touched:
            book = level.ladder.book
            by_book.setdefault(book.symbol, (book, {}))[1][level.ladder.side, level.price] = level
        if command.command == CommandType.MASS_CANCEL:
            for event in events:
                book = self.books[event.order.symbol]  # type: ignore[union-attr] # it answers with cancels alone
                if book.phase in CALL_PHASES:
                    by_book.setdefault(book.symbol, (book, {}))
        asked = self.books.get(command.symbol)
        if asked is not None and (asked.phase in CALL_PHASES or isinstance(events[0] if events else None, PhaseChanged)):
            by_book.setdefault(asked.symbol, (asked, {}))
        for book, levels in by_book.values():
            yield book, list(levels.values())

    def _new(self, command: OrderCommand) -> list[Event]:  # noqa: PLR0911 - the plain way in one piece: each call more is felt
        book = self.books.get(command.symbol)
        if book is None or command.id in self.orders:
            return self._new_at_first(command)
        if command.type != _LIMIT or command.conditions is not None or command.tif not in _PLAIN_TIFS or not book.simple:
            return self._aged(self._new_any(command, book))
        quantity, price = command.quantity, command.price
        if quantity is None or price is None or quantity <= 0 or price <= 0 or command.side not in _SIDES:
            return [Rejected(command.id, Reason.ORDER_FIELD_INVALID)]
        if quantity % book.lot or price % book.tick:
            return [Rejected(command.id, Reason.QUANTITY_OFF_LOT if quantity % book.lot else Reason.PRICE_OFF_TICK)]
        order: Order = _blank(Order)  # filled in here: the call of a constructor would take as long again
        order.id = command.id
        order.account = command.account
        order.symbol = command.symbol
        order.side = command.side
        order.type = _LIMIT
        order.tif = command.tif
        order.quantity = order.leaves = quantity
        order.price = price
        order.client_order_id = command.client_order_id
        order.trade_date = command.trade_date
        order.level = order.before = order.behind = None
        events: list[Event] = [_make(Accepted, (order,))]
        own, other, limit = (book.bids, book.asks, price) if command.side == BUY else (book.asks, book.bids, -price)
        heap = other.heap
        if heap and heap[0] <= limit:
            if other.icebergs:
                acting.act(self, book, order, events)
                return self._aged(events)
            sweep(order, other, limit, events, self.touched, self.orders, self.closed)
            if not order.leaves:
                self.closed[order.id] = order
                return self._aged(events)
        if command.tif == _IOC:
            self.closed[order.id] = order
            events.append(_make(Canceled, (order, order.leaves, _LIQUIDITY_NONE)))
            return self._aged(events)
        self.orders[order.id] = order
        self.touched.append(own.append(order, price))
        return events if len(events) == 1 else self._aged(events)

    def _new_at_first(self, command: OrderCommand) -> list[Event]:
        """A new order whose id is open already, or the first of a market nobody announced: a refused one leaves no trace of it."""
        code: str | None = None
        if command.id in self.orders:
            code = Reason.ORDER_DUPLICATE
        elif self.default_rules is None:
            code = Reason.INSTRUMENT_UNKNOWN
        else:
            book = Book(command.symbol, self.default_rules)
            code = entry.refusal(command, book)
            if code is None:
                self.books[command.symbol] = book
                return self._new(command)
        return [Rejected(command.id, code)]

    def _new_any(self, command: OrderCommand, book: Book) -> list[Event]:
        """A new order of any kind, in any phase."""
        code = entry.refusal(command, book)
        if code is not None:
            return [Rejected(command.id, code)]
        order = entry.order_of(command)
        events: list[Event] = [Accepted(order)]
        if order.type in STOPS:
            acting.park(self, book, order)  # type: ignore[arg-type] # every stop is a conditional order
        elif order.tif == _AT_CLOSE and book.auction != AuctionKind.CLOSING:
            self.orders[order.id] = book.closing[order.id] = order  # type: ignore[assignment] # a conditional order
        elif book.phase in CALL_PHASES:
            phases.collect(self, book, order)
        else:
            acting.act(self, book, order, events)
        if book.stops.count:
            acting.cascade(self, book, events)
        return events

    def _cancel(self, command: OrderCommand) -> list[Event]:
        order = self.orders.get(command.id)
        if order is None:
            gone = self.remembered(command.id)
            return [CancelRejected(command.id, Reason.ORDER_UNKNOWN if gone is None else Reason.ORDER_TOO_LATE, gone)]
        if order.conditional:
            self.close(order)
        else:
            level: Level = order.level  # type: ignore[assignment] # every open plain order rests
            level.ladder.remove(order, level)
            self.touched.append(level)
            del self.orders[order.id]
            self.closed[order.id] = order
        return [_make(Canceled, (order, order.leaves, command.reason or _CANCEL_REQUESTED))]

    def _mass_cancel(self, command: OrderCommand) -> list[Event]:
        """Every open order of the account, symbol and side, as far as they are given, in entry order; parked ones too."""
        covered = [
            order
            for order in self.orders.values()
            if (not command.account or order.account == command.account)
            and (not command.symbol or order.symbol == command.symbol)
            and (command.side is None or order.side == command.side)
        ]
        for order in covered:
            self.close(order)
        return [Canceled(order, order.leaves, command.reason or Reason.CANCEL_REQUESTED) for order in covered]

    def _instrument(self, command: OrderCommand) -> list[Event]:
        """Set tick, lot and band of a symbol; orders that rest keep their terms."""
        numbers = command.attributes or {}
        rules = Rules(numbers.get("tick", 0), numbers.get("lot", 0), numbers.get("band", 0))
        if rules.tick <= 0 or rules.lot <= 0 or rules.band < 0:
            raise UnknownCommand(f"instrument {command.symbol}: needs a positive tick and lot, and no negative band")
        book = self.books.get(command.symbol)
        if book is None:
            book = self.books[command.symbol] = Book(command.symbol, rules)
        book.tick, book.lot, book.band = rules
        book.given = numbers.get("reference")
        if book.band and book.reference is None:
            book.reference = book.last
        book.settle()
        return []

    def _book_by_default(self, symbol: str) -> Book | None:
        if self.default_rules is None:
            return None
        book = self.books[symbol] = Book(symbol, self.default_rules)
        return book

    def book_of(self, command: OrderCommand) -> Book:
        """The book a command is about. Raises `UnknownCommand` where there is none."""
        book = self.books.get(command.symbol) or self._book_by_default(command.symbol)
        if book is None:
            raise UnknownCommand(f"{command.command} {command.symbol}: no such instrument")
        return book

    def close(self, order: Order) -> None:
        """Take an open order from wherever it is."""
        if order.level is not None:
            self.touched.append(order.level.ladder.take_out(order))
        elif order.parked or order.elected:
            book = self.books[order.symbol]
            book.stops.remove(order)  # type: ignore[arg-type] # a stop
            book.settle()
        self.forget(order)

    def forget(self, order: Order) -> None:
        """An order that is in no queue any more is closed: remembered for a while, its id free."""
        self.orders.pop(order.id, None)
        self.closed[order.id] = order
        if order.tif in entry.AUCTION_TIFS:
            book = self.books[order.symbol]
            book.closing.pop(order.id, None)
            book.called.pop(order.id, None)

    def remembered(self, order_id: str) -> Order | None:
        """The order of this id if it closed not long ago."""
        return self.closed.get(order_id) or self.closed_before.get(order_id)


_WAYS: dict[str, Callable[[Engine, OrderCommand], list[Event]]] = {
    CommandType.REPLACE.value: replacing.replace,
    CommandType.MASS_CANCEL.value: Engine._mass_cancel,
    CommandType.INSTRUMENT.value: Engine._instrument,
    CommandType.PHASE.value: phases.change,
    CommandType.UNCROSS.value: phases.uncross_now,
    CommandType.TRADE_CORRECT.value: correcting.correct,
}
