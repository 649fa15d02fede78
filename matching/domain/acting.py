"""What an order does once it is in force: take what it may, then rest, wait or end; stops that are elected act in turn. ADR 0011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.domain.book import BUY, CONTINUOUS, Book
from matching.domain.events import Canceled, Event, PhaseChanged, Traded, Triggered
from matching.domain.ladder import Ladder
from matching.domain.orders import ConditionalOrder, Order
from matching.domain.sweep import NO_LIMIT, sweep
from matching.domain.taking import Band, all_would_trade, around, clipped, prevention, take
from schemas.enums import AuctionKind, Phase, Reason, TimeInForce

if TYPE_CHECKING:
    from matching.domain.engine import Engine

_FOK = TimeInForce.FOK.value
_AT_ONCE = frozenset({TimeInForce.IOC.value, _FOK})


def act(engine: Engine, book: Book, order: Order, events: list[Event]) -> None:
    """Trade in continuous trading; what is left rests, or is canceled where the order must not rest."""
    ladder = book.sides(order.side)[1]
    limit = NO_LIMIT if order.price is None else order.price * ladder.sign
    band = _band(book)
    if order.tif == _FOK and not all_would_trade(order, ladder, limit, band):
        engine.forget(order)
        events.append(Canceled(order, order.leaves, Reason.LIQUIDITY_NONE))
        return
    start = len(events)
    goes_on = _traded(engine, order, ladder, limit, band, events)
    _after_trades(book, events, start)
    if not goes_on:
        return
    if not order.leaves:
        engine.forget(order)
        return
    reason = Reason.LIQUIDITY_NONE
    if (best := ladder.best()) is not None and best.key <= limit:  # what would trade next is outside the band
        _pause(book, events)
        reason = Reason.VOLATILITY_PAUSE
    if order.price is None or order.tif in _AT_ONCE:
        engine.forget(order)
        events.append(Canceled(order, order.leaves, reason))
    else:
        rest(engine, book, order)


def rest(engine: Engine, book: Book, order: Order) -> None:
    """Put an order that has a limit at the tail of its level."""
    order.slice()
    engine.orders[order.id] = order
    engine.touched.append(book.sides(order.side)[0].place(order, order.price))  # type: ignore[arg-type] # it has a limit


def _traded(engine: Engine, order: Order, ladder: Ladder, limit: int, band: Band | None, events: list[Event]) -> bool:  # noqa: PLR0917
    heap = ladder.heap
    if not heap or heap[0] > limit:
        return True
    if ladder.icebergs or prevention(order) is not None:
        return take(engine, order, ladder, limit, band, events)
    sweep(order, ladder, clipped(limit, ladder, band), events, engine.touched, engine.orders, engine.closed)
    return True


def _after_trades(book: Book, events: list[Event], start: int) -> None:
    """What the trades since `start` mean for the reference price and for the stops."""
    traded = [event.price for event in events[start:] if isinstance(event, Traded)]
    if not traded:
        return
    if book.band and book.reference is None:
        book.reference = traded[0]
    if book.stops.count:
        book.stops.traded(traded[0], traded[-1])


def _band(book: Book) -> Band | None:
    """The prices at which trading goes on, as of now; None without a band, or while there is nothing to measure by."""
    reference = book.reference or book.given
    return around(reference, book.band) if book.band and reference else None


def _pause(book: Book, events: list[Event]) -> None:
    """Call an auction; only its own price, or the first trade after it, is a reference again."""
    book.reference = book.given = None
    book.phase, book.auction = Phase.AUCTION.value, AuctionKind.VOLATILITY.value
    book.settle()
    events.append(PhaseChanged(book.symbol, book.phase, book.auction, Reason.VOLATILITY_PAUSE))


def park(engine: Engine, book: Book, order: ConditionalOrder) -> None:
    """A new stop, or one with new terms: it waits, or is elected at once where the last price meets it."""
    engine.orders[order.id] = order
    book.stops.add(order, book.last)
    book.settle()


def cascade(engine: Engine, book: Book, events: list[Event]) -> None:
    """Let every elected stop act, in turn, and those that they elect; none outside continuous trading."""
    while book.phase == CONTINUOUS and (order := book.stops.next()) is not None:
        events.append(Triggered(order, order.leaves))
        act(engine, book, order, events)
    book.settle()


def would_take(book: Book, side: str, price: int) -> bool:
    """Whether an order of this side and limit would trade at once."""
    best = book.sides(side)[1].best()
    return best is not None and (best.price <= price if side == BUY else best.price >= price)
