"""Which new orders the engine takes: every field fits the order's type, and the phase allows it. Codes are `schemas.enums.Reason`."""

from datetime import date

from matching.domain.acting import would_take
from matching.domain.book import BUY, CALL_PHASES, CONTINUOUS, SELL, Book
from matching.domain.orders import STOPS, ConditionalOrder, Order
from matching.domain.stops import MOST
from schemas.enums import OrderType, Reason, SelfTradePrevention, TimeInForce
from schemas.messages import Conditions, OrderCommand

_SIDES = frozenset({BUY, SELL})
_RESTING = frozenset({TimeInForce.DAY.value, TimeInForce.GTC.value, TimeInForce.GTD.value})
AUCTION_TIFS = frozenset({TimeInForce.AT_OPEN.value, TimeInForce.AT_CLOSE.value})
_STOP_TIFS = _RESTING | {TimeInForce.IOC.value, TimeInForce.FOK.value}
_TIFS = frozenset(TimeInForce)
_MODES = frozenset(SelfTradePrevention)
_LIMIT, _GTD = OrderType.LIMIT.value, TimeInForce.GTD.value
_NEEDS: dict[str, tuple[bool, bool, bool]] = {
    OrderType.LIMIT: (True, False, False),
    OrderType.MARKET: (False, False, False),
    OrderType.STOP: (False, True, False),
    OrderType.STOP_LIMIT: (True, True, False),
    OrderType.TRAILING_STOP: (False, False, True),
}
"""By type: whether an order has a limit price, a stop price, a trail offset. It must have what is True and must not what is False."""
_PLAIN = Conditions()


def refusal(command: OrderCommand, book: Book) -> str | None:
    """Why a new order is not taken, None when it is. That its id is free is not judged here."""
    asks = command.conditions or _PLAIN
    return _malformed(command, asks) or _off_step(command, asks, book) or _phase_refuses(command, asks, book)


def _malformed(command: OrderCommand, asks: Conditions) -> str | None:
    kind, tif, quantity = command.type, command.tif, command.quantity
    needs = _NEEDS.get(kind or "")
    if needs is None or tif not in _TIFS or command.side not in _SIDES or quantity is None or quantity <= 0:
        return Reason.ORDER_FIELD_INVALID
    numbers = (command.price, asks.stop_price, asks.trail_offset)
    fits = all((number is not None) == needed for number, needed in zip(numbers, needs, strict=True))
    if not fits or any(number is not None and number <= 0 for number in numbers):
        return Reason.ORDER_FIELD_INVALID
    resting_limit = kind == _LIMIT and tif in _RESTING
    display = asks.display_quantity
    bad = (
        (kind in STOPS and tif not in _STOP_TIFS)
        or (kind == OrderType.MARKET and tif == _GTD)
        or (asks.expire_date is not None) != (tif == _GTD)
        or (asks.expire_date is not None and not is_date(asks.expire_date))
        or (asks.post_only and not resting_limit)
        or (display is not None and not (resting_limit and 0 < display <= quantity))
        or (asks.self_trade_prevention is not None and asks.self_trade_prevention not in _MODES)
    )
    return Reason.ORDER_FIELD_INVALID if bad else None


def _off_step(command: OrderCommand, asks: Conditions, book: Book) -> str | None:
    if any(number is not None and number % book.lot for number in (command.quantity, asks.display_quantity)):
        return Reason.QUANTITY_OFF_LOT
    if any(number is not None and number % book.tick for number in (command.price, asks.stop_price, asks.trail_offset)):
        return Reason.PRICE_OFF_TICK
    return None


def _phase_refuses(command: OrderCommand, asks: Conditions, book: Book) -> str | None:
    tif, kind = command.tif, command.type
    if book.phase == CONTINUOUS:
        if tif == TimeInForce.AT_OPEN:
            return Reason.PHASE_REFUSES
        if asks.post_only and would_take(book, command.side or "", command.price or 0):
            return Reason.POST_ONLY_WOULD_TAKE
        return Reason.STOPS_TOO_MANY if kind in STOPS and book.stops.count >= MOST else None
    if book.phase in CALL_PHASES and (tif in AUCTION_TIFS or (kind == _LIMIT and tif in _RESTING)):
        return None
    return Reason.PHASE_REFUSES


def order_of(command: OrderCommand) -> Order:
    """The order a command asks for, nothing of it filled."""
    terms = (
        *(command.id, command.account, command.symbol, command.side, command.type, command.tif),
        *(command.quantity, command.price, command.quantity, command.client_order_id, command.trade_date),
    )
    if command.conditions is None and command.type not in STOPS and command.tif not in AUCTION_TIFS:
        return Order(*terms)  # type: ignore[arg-type] # `refusal` has seen that they are there
    return ConditionalOrder(*terms, conditions=command.conditions)


def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
