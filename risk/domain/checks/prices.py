"""The market's price, its age, and how far from it and how much an order may be (RC7 to RC10)."""

from risk.domain.checks.missing import limit_missing, quote_missing
from risk.domain.checks.money import Unknown, of_order
from risk.domain.checks.proposal import Breach, Context, Finding, Proposal
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import NOTIONAL_SCALE, ONE, format_units, from_units

_US_TO_UNITS = 100
"""Microseconds to seconds of 1e-8."""
_WHOLE = 100 * ONE
"""100 % in 1e-8 of a percent."""


def quote_fresh(order: Proposal, context: Context) -> Finding:
    """There is a good quote that arrived at most `max_quote_age` ago (nor lies that far in the future)."""
    limit = context.limits.max_quote_age
    if limit is None:
        return limit_missing(Rule.MAX_QUOTE_AGE)
    if context.reference is None:
        return quote_missing(order)
    age = abs(context.now - context.reference.time) * _US_TO_UNITS
    if age <= limit:
        return limit, age
    return Breach(
        Reason.PRICE_STALE,
        Rule.MAX_QUOTE_AGE,
        format_units(limit),
        format_units(age),
        f"the newest good quote of {order.symbol} is older than {format_units(limit)} s: wait for the market",
    )


def notional_within_limit(order: Proposal, context: Context) -> Finding:
    """Open quantity times the price it is judged at is at most `max_notional`, in the account's currency."""
    limit, price = context.limits.max_notional, context.price
    if limit is None:
        return limit_missing(Rule.MAX_NOTIONAL)
    if price is None:
        return quote_missing(order, Rule.MAX_NOTIONAL)
    notional = context.value
    if context.foreign:
        try:
            notional = of_order(context, Rule.MAX_NOTIONAL, notional)
        except Unknown as unknown:
            return unknown.breach
    if notional <= limit * ONE:
        return limit, -(-notional // ONE)
    most = format_units(limit * ONE * order.open_quantity // notional)
    return Breach(
        Reason.NOTIONAL_TOO_LARGE,
        Rule.MAX_NOTIONAL,
        format_units(limit),
        plain(notional),
        f"value at {format_units(price)} is above the limit: at most {most} fit",
    )


def price_within_static_band(order: Proposal, context: Context) -> Finding:
    """The price an order could trade at is at most `static_band` percent away from the reference of the day. Stops wait."""
    limit = context.limits.static_band
    if limit is None:
        return limit_missing(Rule.STATIC_BAND)
    if order.waits:
        return None
    start, price = context.day_reference, _trades_at(order, context)
    if start is None or price is None:
        return quote_missing(order, Rule.STATIC_BAND)
    percent = -(-abs(price - start) * _WHOLE // start)
    if percent <= limit:
        return limit, percent
    return _outside(
        Reason.PRICE_OUTSIDE_STATIC_BAND, Rule.STATIC_BAND, (limit, percent), price, f"{format_units(start)}, the reference of the day"
    )


def price_within_band(order: Proposal, context: Context) -> Finding:
    """The price an order could trade at is at most `price_band` percent away from where it starts.

    A limit and a market order start at the middle of the newest good quote. A stop-limit starts where it is triggered: its limit is
    measured from its stop price, as a stop far from the market is what stops are for. A stop and a trailing stop have no limit to measure.
    """
    limit = context.limits.price_band
    if limit is None:
        return limit_missing(Rule.PRICE_BAND)
    if order.waits:
        if order.price is None or order.stop_price is None:
            return None
        price, twice = order.price, 2 * order.stop_price
    else:
        reference = context.reference
        if reference is None:
            return quote_missing(order, Rule.PRICE_BAND)
        twice = reference.bid + reference.ask
        price = order.price or (reference.ask if order.buy else reference.bid)
    percent = -(-abs(2 * price - twice) * _WHOLE // twice)
    if percent <= limit:
        return limit, percent
    return _outside(Reason.PRICE_OUTSIDE_BAND, Rule.PRICE_BAND, (limit, percent), price, format_units(twice // 2))


def price_through_touch(order: Proposal, context: Context) -> Finding:
    """A limit goes at most `fat_finger` percent through the far touch, a stop-limit's through its stop price."""
    limit, price = context.limits.fat_finger, order.price
    if limit is None:
        return limit_missing(Rule.FAT_FINGER)
    if price is None:
        return None  # it is judged at no worse a price than this allows
    if order.stop_price is not None:
        touch = order.stop_price
    elif context.reference is None:
        return quote_missing(order, Rule.FAT_FINGER)
    else:
        touch = context.reference.ask if order.buy else context.reference.bid
    through = price - touch if order.buy else touch - price
    percent = -(-through * _WHOLE // touch) if through > 0 else 0
    if percent <= limit:
        return limit, percent
    return _outside(Reason.PRICE_THROUGH_TOUCH, Rule.FAT_FINGER, (limit, percent), price, f"{format_units(touch)}, through it")


def _trades_at(order: Proposal, context: Context) -> int | None:
    """The limit, or the far touch."""
    if order.price is not None:
        return order.price
    reference = context.reference
    if reference is None:
        return None
    return reference.ask if order.buy else reference.bid


def _outside(code: Reason, rule: Rule, measured: tuple[int, int], price: int, where: str) -> Breach:
    limit, percent = map(format_units, measured)
    return Breach(code, rule, limit, percent, f"price {format_units(price)} is more than {limit} % away from {where}: move it closer")


def plain(notional: int) -> str:
    """A value of 1e-16 as plain decimal text."""
    text = f"{from_units(notional, NOTIONAL_SCALE):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
