"""A fill that is busted or corrected after the fact: what it means for the order (FIX ExecType Trade Cancel, Trade Correct)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.domain.acting import act, cascade, rest
from matching.domain.book import CALL_PHASES, CONTINUOUS, SHUT_PHASES, Book
from matching.domain.events import CancelRejected, Event, TradeChanged
from matching.domain.orders import ConditionalOrder, Order
from matching.domain.taking import shrink
from schemas.enums import Phase, Reason, TimeInForce
from schemas.messages import OrderCommand

if TYPE_CHECKING:
    from matching.domain.engine import Engine

_RESTING = frozenset({TimeInForce.DAY.value, TimeInForce.GTC.value, TimeInForce.GTD.value})


def correct(engine: Engine, command: OrderCommand) -> list[Event]:
    """Change what a fill was: `quantity` (None: busted) and `price` now, `attributes` quantity and price before.

    What is no longer filled is open again: at the tail of the order's level, and it may trade. An order that ended otherwise than by
    being filled stays ended; only what it has filled changes. More than the order's total cannot be filled, and what is busted cannot be
    busted again. An order that closed too long ago to be remembered stays closed: its total and what it had filled come with the command
    (`order_quantity`, `order_cum_quantity`).
    """
    order = engine.orders.get(command.id) or engine.remembered(command.id) or _forgotten(command)
    if order is None:
        return [CancelRejected(command.id, Reason.ORDER_UNKNOWN, None)]
    now, before = command.quantity or 0, (command.attributes or {}).get("quantity", 0)
    released = before - now
    if not 0 <= order.cum - released <= order.quantity or before < 0 or not (now or before):
        return [CancelRejected(order.id, Reason.ORDER_FIELD_INVALID, order, order.leaves if order.id in engine.orders else 0)]
    events: list[Event] = []
    book = engine.book_of(command)
    is_open = order.id in engine.orders or _opens_again(engine, book, order, released)
    leaves = order.leaves + released
    events.append(TradeChanged(order, command.trade_id or "", now, command.price, order.quantity - leaves, leaves if is_open else 0))
    _apply(engine, order, released, is_open=is_open)
    if is_open and order.level is None and order.leaves and not order.waits:
        _stand(engine, book, order, events)
    if book.stops.count:
        cascade(engine, book, events)
    return events


def _forgotten(command: OrderCommand) -> Order | None:
    """The order as the command tells it, ended; None when it does not tell, or of something that cannot be."""
    numbers = command.attributes or {}
    quantity, cum = numbers.get("order_quantity", 0), numbers.get("order_cum_quantity", 0)
    if quantity <= 0 or not 0 <= cum <= quantity or not (command.side and command.type and command.tif):
        return None
    names = (command.id, command.account, command.symbol, command.side, command.type, command.tif)
    return ConditionalOrder(*names, quantity, None, quantity - cum, None)


def _opens_again(engine: Engine, book: Book, order: Order, released: int) -> bool:
    """Whether a closed order is open once `released` is no longer filled: it was filled, it may rest, and its day is not over.

    One that ended otherwise may look filled after a correction: `ended` remembers that it was not.
    """
    if order.leaves or engine.ended.get(order.id) is order:
        if engine.remembered(order.id) is order:
            engine.ended[order.id] = order
        return False
    return released > 0 and order.price is not None and order.tif in _RESTING and not _is_over(book, order)


def _is_over(book: Book, order: Order) -> bool:
    """Whether the order's last day has ended."""
    last = order.trade_date if order.tif == TimeInForce.DAY else order.conditions.expire_date if order.conditions else None
    if order.tif == TimeInForce.GTC or book.trade_date is None:
        return order.tif == TimeInForce.DAY and book.phase == Phase.CLOSED
    if last is None:
        return book.phase == Phase.CLOSED
    return last < book.trade_date or (last == book.trade_date and book.phase == Phase.CLOSED)


def _apply(engine: Engine, order: Order, released: int, *, is_open: bool) -> None:
    """Move the quantity; an order whose leaves rise loses its place, one whose leaves sink keeps it, one without leaves is filled."""
    if order.level is None or not released:
        order.leaves += released
    elif 0 < -released < order.leaves:
        engine.touched.append(order.level)
        shrink(order, -released)
    else:
        engine.touched.append(order.level.ladder.take_out(order))
        order.leaves += released
    if is_open and not order.leaves:
        engine.forget(order)


def _stand(engine: Engine, book: Book, order: Order, events: list[Event]) -> None:
    engine.closed.pop(order.id, None)
    engine.closed_before.pop(order.id, None)
    if book.phase == CONTINUOUS and order.price is not None:
        act(engine, book, order, events)
    elif order.price is not None and order.id not in book.closing and book.phase in CALL_PHASES | SHUT_PHASES:
        rest(engine, book, order)
