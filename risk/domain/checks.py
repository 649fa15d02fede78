"""The pre-trade checks: small functions `(order, context) -> Breach | None`, run in the order of `CHECKS`; the first breach wins.

A missing instrument, quote or limit is a breach like any other: risk fails closed. Prices and quantities are integers of 1e-8,
notionals of 1e-16, times microseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import NOTIONAL_SCALE, ONE, format_units, from_units

_US_TO_UNITS = 100
"""Microseconds to seconds of 1e-8."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Why an order is refused: code, the rule and its limit, what it came to (plain decimal text), and a message with the remedy."""

    code: Reason
    rule: str
    limit: str | None
    actual: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The order as it would stand: a new one, or one replaced. `price` None is a market order; `open_quantity` is what may still trade."""

    symbol: str
    buy: bool
    price: int | None
    quantity: int
    open_quantity: int


@dataclass(frozen=True, slots=True)
class InstrumentTerms:
    """What risk needs to know of an instrument."""

    tick: int
    lot: int
    max_quantity: int
    tradable: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The newest good quote, and when the broker got it."""

    bid: int
    ask: int
    time: int


@dataclass(frozen=True, slots=True)
class Context:
    """What a proposal is judged against.

    `kill` says what is killed and why, None when nothing is. `limits` are the tightest by rule. `position` is the account's
    in the symbol (short is negative), `working` the open quantity of its other orders on the same side.
    """

    now: int
    kill: str | None
    instrument: InstrumentTerms | None
    reference: Reference | None
    limits: Mapping[str, int]
    position: int
    working: int


Check = Callable[[Proposal, Context], Breach | None]


def not_killed(order: Proposal, context: Context) -> Breach | None:
    """Nothing that adds risk passes a kill in force."""
    if context.kill is None:
        return None
    return Breach(Reason.RISK_KILLED, "kill", None, None, f"trading is stopped: {context.kill}; risk must release the kill first")


def instrument_tradable(order: Proposal, context: Context) -> Breach | None:
    """The instrument is known and open for trading."""
    if context.instrument is None:
        return Breach(
            Reason.INSTRUMENT_UNKNOWN, "instrument", None, order.symbol, f"{order.symbol} is not known to risk: publish the instrument"
        )
    if not context.instrument.tradable:
        return Breach(
            Reason.INSTRUMENT_NOT_TRADABLE, "instrument", None, order.symbol, f"{order.symbol} is not tradable now: only cancels pass"
        )
    return None


def price_on_tick(order: Proposal, context: Context) -> Breach | None:
    """A limit price is positive and a multiple of the tick."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    tick = context.instrument.tick
    if order.price is None or (order.price > 0 and order.price % tick == 0):
        return None
    below = max(order.price - order.price % tick, tick)
    remedy = f"use {format_units(below)} or {format_units(below + tick)}"
    return Breach(
        Reason.PRICE_OFF_TICK, "tick", format_units(tick), format_units(order.price), f"price is no multiple of the tick: {remedy}"
    )


def quantity_in_lots(order: Proposal, context: Context) -> Breach | None:
    """The quantity is positive and a multiple of the lot."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    lot = context.instrument.lot
    if order.quantity > 0 and order.quantity % lot == 0:
        return None
    return Breach(
        Reason.QUANTITY_OFF_LOT,
        "lot",
        format_units(lot),
        format_units(order.quantity),
        f"quantity is no multiple of the lot {format_units(lot)}",
    )


def quantity_within_instrument(order: Proposal, context: Context) -> Breach | None:
    """The quantity is at most the largest the instrument takes in one order."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    return _quantity(order, "instrument_max_quantity", context.instrument.max_quantity)


def quantity_within_limit(order: Proposal, context: Context) -> Breach | None:
    """The quantity is at most `max_quantity`."""
    limit = context.limits.get(Rule.MAX_QUANTITY)
    return _missing(Rule.MAX_QUANTITY) if limit is None else _quantity(order, Rule.MAX_QUANTITY, limit)


def quote_fresh(order: Proposal, context: Context) -> Breach | None:
    """There is a good quote that arrived at most `max_quote_age` ago (nor lies that far in the future)."""
    limit = context.limits.get(Rule.MAX_QUOTE_AGE)
    if limit is None:
        return _missing(Rule.MAX_QUOTE_AGE)
    if context.reference is None:
        return _no_price(order)
    age = abs(context.now - context.reference.time) * _US_TO_UNITS
    if age <= limit:
        return None
    return Breach(
        Reason.PRICE_STALE,
        Rule.MAX_QUOTE_AGE,
        format_units(limit),
        format_units(age),
        f"the newest good quote of {order.symbol} is older than {format_units(limit)} s: wait for the market",
    )


def notional_within_limit(order: Proposal, context: Context) -> Breach | None:
    """Open quantity times worst price is at most `max_notional`."""
    limit = context.limits.get(Rule.MAX_NOTIONAL)
    if limit is None:
        return _missing(Rule.MAX_NOTIONAL)
    price = worst_price(order, context)
    if price is None:
        return _no_price(order)
    notional = price * order.open_quantity
    if notional <= limit * ONE:
        return None
    most = format_units(limit * ONE // price)
    return Breach(
        Reason.NOTIONAL_TOO_LARGE,
        Rule.MAX_NOTIONAL,
        format_units(limit),
        _plain(notional),
        f"value at {format_units(price)} is above the limit: at most {most} fit",
    )


def price_within_band(order: Proposal, context: Context) -> Breach | None:
    """The worst price is at most `price_band` percent away from the middle of the newest good quote."""
    limit = context.limits.get(Rule.PRICE_BAND)
    if limit is None:
        return _missing(Rule.PRICE_BAND)
    price, reference = worst_price(order, context), context.reference
    if price is None or reference is None:
        return _no_price(order)
    both = reference.bid + reference.ask
    away = abs(2 * price - both) * 100 * ONE
    if away <= limit * both:
        return None
    middle = format_units(both // 2)
    return Breach(
        Reason.PRICE_OUTSIDE_BAND,
        Rule.PRICE_BAND,
        format_units(limit),
        format_units(-(-away // both)),
        f"price {format_units(price)} is more than {format_units(limit)} % away from {middle}: move it closer to the market",
    )


def position_within_limit(order: Proposal, context: Context) -> Breach | None:
    """Were this and every other open order of the side filled, the position would be at most `max_position` on that side."""
    limit = context.limits.get(Rule.MAX_POSITION)
    if limit is None:
        return _missing(Rule.MAX_POSITION)
    held = context.position if order.buy else -context.position
    worst = held + context.working + order.open_quantity
    if worst <= limit:
        return None
    room = format_units(max(limit - held - context.working, 0))
    direction = "long" if order.buy else "short"
    return Breach(
        Reason.POSITION_TOO_LARGE,
        Rule.MAX_POSITION,
        format_units(limit),
        format_units(worst),
        f"the position could become {direction} {format_units(worst)}: there is room for {room}; cancel open orders or send less",
    )


CHECKS: tuple[Check, ...] = (
    not_killed,
    instrument_tradable,
    price_on_tick,
    quantity_in_lots,
    quantity_within_instrument,
    quantity_within_limit,
    quote_fresh,
    notional_within_limit,
    price_within_band,
    position_within_limit,
)


def first_breach(order: Proposal, context: Context) -> Breach | None:
    """The first check that refuses, None when all pass."""
    for check in CHECKS:
        breach = check(order, context)
        if breach is not None:
            return breach
    return None


def worst_price(order: Proposal, context: Context) -> int | None:
    """The limit price; for a market order the far touch (ask to buy, bid to sell), None without a quote."""
    if order.price is not None:
        return order.price
    if context.reference is None:
        return None
    return context.reference.ask if order.buy else context.reference.bid


def _quantity(order: Proposal, rule: str, limit: int) -> Breach | None:
    if order.quantity <= limit:
        return None
    most = format_units(limit)
    return Breach(Reason.QUANTITY_TOO_LARGE, rule, most, format_units(order.quantity), f"quantity is above {most}: send smaller orders")


def _missing(rule: Rule) -> Breach:
    return Breach(Reason.LIMIT_MISSING, rule, None, None, f"no limit {rule.value} is set for the firm or the account: risk must set one")


def _no_price(order: Proposal) -> Breach:
    return Breach(Reason.PRICE_MISSING, Rule.MAX_QUOTE_AGE, None, None, f"there is no good quote of {order.symbol}: wait for the market")


def _plain(notional: int) -> str:
    text = f"{from_units(notional, NOTIONAL_SCALE):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
