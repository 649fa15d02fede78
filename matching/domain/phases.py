"""The phases of a market: what begins, ends and expires with each, and the uncross between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.domain.acting import cascade, rest
from matching.domain.auction import uncross
from matching.domain.book import CALL_PHASES, CONTINUOUS, Book, UnknownCommand
from matching.domain.entry import AUCTION_TIFS
from matching.domain.events import DoneForDay, Event, Expired, PhaseChanged, Restated, Suspended
from matching.domain.orders import Order
from schemas.enums import AuctionKind, Phase, Reason, TimeInForce
from schemas.messages import OrderCommand

if TYPE_CHECKING:
    from matching.domain.engine import Engine


_AUCTION, _HALTED, _CLOSED = Phase.AUCTION.value, Phase.HALTED.value, Phase.CLOSED.value
_CLOSING, _VOLATILITY = AuctionKind.CLOSING.value, AuctionKind.VOLATILITY.value
_OVERNIGHT = frozenset({TimeInForce.GTC.value, TimeInForce.GTD.value})


def change(engine: Engine, command: OrderCommand) -> list[Event]:
    """Put a symbol's market into the phase the command says. Raises `UnknownCommand` for an unknown symbol or word."""
    phase, kind = _words(command)
    book = engine.book_of(command)
    before = book.phase
    if kind == _VOLATILITY != book.auction:
        book.reference = book.given = None  # only its own price, or the first trade after it, is a reference again
    book.phase, book.auction = phase, kind
    book.trade_date = command.trade_date or book.trade_date
    events: list[Event] = [PhaseChanged(book.symbol, phase, book.auction, command.reason or "")]
    if phase == _HALTED:
        _suspend(engine, book, events)
    elif phase == _CLOSED:
        _end_day(engine, book, command.trade_date, events)
    else:
        _stand_again(engine, book, events)
        if book.auction == _CLOSING:
            for order in list(book.closing.values()):
                del book.closing[order.id]
                collect(engine, book, order)
        elif phase == CONTINUOUS and before != CONTINUOUS:
            _open(engine, book, events)
    book.settle()
    return events


def _words(command: OrderCommand) -> tuple[str, str | None]:
    """The phase and the kind of auction a command names. Raises `UnknownCommand`."""
    try:
        phase = Phase(command.phase or "").value
        return phase, AuctionKind(command.auction or AuctionKind.OPENING).value if phase == _AUCTION else None
    except ValueError as error:
        raise UnknownCommand(f"phase of {command.symbol}: {error}") from None


def uncross_now(engine: Engine, command: OrderCommand) -> list[Event]:
    """Uncross a market that is being called; its phase stays. In any other phase there is nothing to uncross."""
    book = engine.book_of(command)
    events: list[Event] = []
    if book.phase in CALL_PHASES:
        _uncross(engine, book, events)
    return events


def collect(engine: Engine, book: Book, order: Order) -> None:
    """Take an order into the auction being called, without matching."""
    if order.tif in AUCTION_TIFS:
        book.called[order.id] = order  # type: ignore[assignment] # orders of these kinds are conditional
    if order.price is None:
        engine.orders[order.id] = order
    else:
        rest(engine, book, order)


def _open(engine: Engine, book: Book, events: list[Event]) -> None:
    """Continuous trading begins: what is crossed trades at one price, then the stops it elected act."""
    _uncross(engine, book, events)
    cascade(engine, book, events)


def _uncross(engine: Engine, book: Book, events: list[Event]) -> None:
    uncross(engine, book, events)
    for order in [order for order in _open_orders(engine, book) if order.id in book.called] if book.called else ():
        _expire(engine, order, Reason.AUCTION_MISSED, events)


def _expire(engine: Engine, order: Order, reason: Reason, events: list[Event]) -> None:
    engine.close(order)
    events.append(Expired(order, order.leaves, reason))


def _open_orders(engine: Engine, book: Book) -> list[Order]:
    return [order for order in engine.orders.values() if order.symbol == book.symbol]


def _suspend(engine: Engine, book: Book, events: list[Event]) -> None:
    if not book.suspended:
        events += [Suspended(order, order.leaves) for order in _open_orders(engine, book)]
    book.suspended = True


def _stand_again(engine: Engine, book: Book, events: list[Event]) -> None:
    """After a halt or a night every order that stood still stands again."""
    if not book.suspended and not book.done:
        return
    for order in _open_orders(engine, book):
        if book.done and order.tif in _OVERNIGHT:
            events.append(Restated(order, order.leaves, True, Reason.NEW_DAY, order.quantity))
        elif book.suspended:
            events.append(Restated(order, order.leaves, True, Reason.MARKET_RESUMED, order.quantity))
    book.suspended = book.done = False


def _end_day(engine: Engine, book: Book, day: str | None, events: list[Event]) -> None:
    """What was for that day expires, in entry order; what lives on is done for the day."""
    for order in _open_orders(engine, book):
        reason = _over(order, day)
        if reason is not None:
            _expire(engine, order, reason, events)
        elif order.tif in _OVERNIGHT and not book.done:
            events.append(DoneForDay(order, order.leaves))
    book.done = True


def _over(order: Order, day: str | None) -> Reason | None:
    """Why an order ends with the business date `day`, None when it does not. A late end of a day leaves orders of a later one alone."""
    if order.tif == TimeInForce.GTD:
        until = order.conditions.expire_date if order.conditions else None
        return Reason.DATE_PASSED if day is not None and until is not None and until <= day else None
    if order.tif in _OVERNIGHT or (day is not None and order.trade_date is not None and order.trade_date > day):
        return None
    return Reason.AUCTION_MISSED if order.tif in AUCTION_TIFS else Reason.DAY_ENDED
