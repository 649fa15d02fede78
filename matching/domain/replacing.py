"""New terms for an open order: who asks for what keeps its place or goes to the tail.

Size down at the same price keeps the place; any change of price or stop price, or size up, goes to the tail (a parked stop: a new entry)
and may trade. A total at or below what is filled closes the order.
"""

from __future__ import annotations

from dataclasses import replace as with_changes
from typing import TYPE_CHECKING, NamedTuple

from matching.domain.acting import act, cascade, park, rest, would_take
from matching.domain.book import CONTINUOUS, SHUT_PHASES, Book
from matching.domain.events import Event, Replaced, ReplaceRejected, Restated
from matching.domain.orders import ConditionalOrder, Order
from matching.domain.taking import shrink
from schemas.enums import Reason
from schemas.messages import OrderCommand

if TYPE_CHECKING:
    from matching.domain.engine import Engine


class _Terms(NamedTuple):
    quantity: int
    price: int | None
    stop_price: int | None


def replace(engine: Engine, command: OrderCommand) -> list[Event]:
    """Change an order's terms as far as the command names them; what it leaves out stays. The desk's own changes are restatements."""
    order = engine.orders.get(command.id)
    if order is None:
        gone = engine.remembered(command.id)
        return [ReplaceRejected(command.id, Reason.ORDER_UNKNOWN if gone is None else Reason.ORDER_TOO_LATE, gone)]
    book = engine.books[order.symbol]
    if command.unsolicited and command.attributes:
        return _split(engine, book, order, command)
    if book.phase in SHUT_PHASES and not command.unsolicited:
        return [ReplaceRejected(order.id, Reason.PHASE_REFUSES, order, order.leaves)]
    stop = order.conditions.stop_price if order.conditions is not None else None
    asked = command.conditions.stop_price if command.conditions is not None else None
    if (command.price is not None and order.price is None) or (asked is not None and (stop is None or not order.waits)):
        return [ReplaceRejected(order.id, Reason.ORDER_FIELD_INVALID, order, order.leaves)]
    terms = _Terms(
        order.quantity if command.quantity is None else command.quantity,
        order.price if command.price is None else command.price,
        stop if asked is None else asked,
    )
    code = _refusal(book, order, terms, stop)
    if code is not None:
        return [ReplaceRejected(order.id, code, order, order.leaves)]
    events = _change(engine, order, terms, command)
    if book.stops.count:
        cascade(engine, book, events)
    return events


def _refusal(book: Book, order: Order, terms: _Terms, stop: int | None) -> Reason | None:
    if any(number is not None and number <= 0 for number in terms):
        return Reason.ORDER_FIELD_INVALID
    if terms.quantity % book.lot and terms.quantity != order.quantity:  # terms that stay were right when they were accepted
        return Reason.QUANTITY_OFF_LOT
    for number, was in ((terms.price, order.price), (terms.stop_price, stop)):
        if number is not None and number % book.tick and number != was:
            return Reason.PRICE_OFF_TICK
    post_only = order.conditions is not None and order.conditions.post_only
    moves = (terms.price != order.price or terms.quantity > order.quantity) and terms.quantity > order.cum
    if post_only and moves and book.phase == CONTINUOUS and would_take(book, order.side, terms.price or 0):
        return Reason.POST_ONLY_WOULD_TAKE
    return None


def _change(engine: Engine, order: Order, terms: _Terms, command: OrderCommand) -> list[Event]:
    events: list[Event] = []
    stop = order.conditions.stop_price if order.conditions is not None else None
    keeps = (terms.price, terms.stop_price) == (order.price, stop) and terms.quantity <= order.quantity
    cum = order.cum
    if terms.quantity <= cum:
        engine.close(order)
        order.quantity, order.price, order.leaves = cum, terms.price, 0
        _tell(order, keeps, command, events)
        return events
    if keeps:
        taken = order.quantity - terms.quantity
        if taken and order.level is not None:
            shrink(order, taken)
            engine.touched.append(order.level)
        else:
            order.leaves -= taken
        order.quantity = terms.quantity
        _tell(order, True, command, events)
        return events
    if order.level is not None:
        engine.touched.append(order.level.ladder.take_out(order))
    order.quantity, order.price, order.leaves = terms.quantity, terms.price, terms.quantity - cum
    _tell(order, False, command, events, stop_price=terms.stop_price)
    _to_the_tail(engine, order, events)
    return events


def _tell(order: Order, keeps: bool, command: OrderCommand, events: list[Event], *, stop_price: int | None = None) -> None:
    if stop_price is not None and isinstance(order, ConditionalOrder) and order.conditions is not None:
        order.conditions = with_changes(order.conditions, stop_price=stop_price)
    if command.unsolicited:
        events.append(Restated(order, order.leaves, keeps, command.reason or Reason.DESK_CHANGE, order.quantity))
    else:
        events.append(Replaced(order, order.leaves, keeps, order.quantity))


def _to_the_tail(engine: Engine, order: Order, events: list[Event]) -> None:
    book = engine.books[order.symbol]
    if order.waits:
        assert isinstance(order, ConditionalOrder)
        book.stops.remove(order)
        engine.orders.pop(order.id)  # a new entry
        park(engine, book, order)
    elif order.id in book.closing or order.price is None:  # it waits beside the book
        line = book.closing if order.id in book.closing else book.called
        line[order.id] = line.pop(order.id)
    elif book.phase == CONTINUOUS:
        act(engine, book, order, events)
    else:
        rest(engine, book, order)


def _split(engine: Engine, book: Book, order: Order, command: OrderCommand) -> list[Event]:
    """Multiply quantities and divide prices by numerator / denominator: the notional stays (FIX ExecRestatementReason GT corporate action).

    Refused where a quantity would not be whole lots; a price is rounded to its tick, half up. The order goes to the tail.
    """
    numbers = command.attributes or {}
    up, down = numbers.get("numerator", 0), numbers.get("denominator", 0)
    if up <= 0 or down <= 0 or any(number * up % (down * book.lot) for number in (order.quantity, order.leaves)):
        return [ReplaceRejected(order.id, Reason.QUANTITY_OFF_LOT, order, order.leaves)]
    if order.level is not None:
        engine.touched.append(order.level.ladder.take_out(order))

    def price(number: int | None) -> int | None:
        if number is None:
            return None
        step = up * book.tick
        return max((2 * number * down + step) // (2 * step) * book.tick, book.tick)

    order.quantity, order.leaves, order.price = order.quantity * up // down, order.leaves * up // down, price(order.price)
    asks = order.conditions
    if isinstance(order, ConditionalOrder) and asks is not None:
        display = asks.display_quantity
        order.conditions = with_changes(
            asks,
            stop_price=price(asks.stop_price),
            trail_offset=price(asks.trail_offset),
            display_quantity=None if display is None else max(display * up // down // book.lot * book.lot, book.lot),
        )
    events: list[Event] = [Restated(order, order.leaves, False, command.reason or Reason.DESK_CHANGE, order.quantity)]
    _to_the_tail(engine, order, events)
    if book.stops.count:
        cascade(engine, book, events)
    return events
