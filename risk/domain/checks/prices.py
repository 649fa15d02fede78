"""The market's price, its age, and how far from it and how much an order may be."""

from risk.domain.checks.missing import limit_missing, quote_missing
from risk.domain.checks.proposal import Breach, Context, Proposal, worst_price
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import NOTIONAL_SCALE, ONE, format_units, from_units

_US_TO_UNITS = 100
"""Microseconds to seconds of 1e-8."""


def quote_fresh(order: Proposal, context: Context) -> Breach | None:
    """There is a good quote that arrived at most `max_quote_age` ago (nor lies that far in the future)."""
    limit = context.limits.get(Rule.MAX_QUOTE_AGE)
    if limit is None:
        return limit_missing(Rule.MAX_QUOTE_AGE)
    if context.reference is None:
        return quote_missing(order)
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
        return limit_missing(Rule.MAX_NOTIONAL)
    price = worst_price(order, context)
    if price is None:
        return quote_missing(order)
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
    """The price an order could trade at is at most `price_band` percent away from where it starts.

    A limit and a market order start at the middle of the newest good quote. A stop-limit starts where it is triggered: its limit is
    measured from its stop price, as a stop far from the market is what stops are for. A stop and a trailing stop have no limit to measure.
    """
    limit = context.limits.get(Rule.PRICE_BAND)
    if limit is None:
        return limit_missing(Rule.PRICE_BAND)
    price, stop, reference = order.price, order.stop_price, context.reference
    if stop is None and order.trail_offset is None:
        if reference is None:
            return quote_missing(order)
        if price is None:
            price = reference.ask if order.buy else reference.bid
        both = reference.bid + reference.ask
        away = abs(2 * price - both) * 100 * ONE
        return None if away <= limit * both else _outside(price, limit, away, both)
    if price is None or stop is None:
        return None
    away = abs(2 * price - 2 * stop) * 100 * ONE
    return None if away <= limit * 2 * stop else _outside(price, limit, away, 2 * stop)


def _outside(price: int, limit: int, away: int, both: int) -> Breach:
    """`both` is twice the price that `away` (percent, times twice that price) is measured from."""
    return Breach(
        Reason.PRICE_OUTSIDE_BAND,
        Rule.PRICE_BAND,
        format_units(limit),
        format_units(-(-away // both)),
        f"price {format_units(price)} is more than {format_units(limit)} % away from {format_units(both // 2)}: move it closer",
    )


def _plain(notional: int) -> str:
    text = f"{from_units(notional, NOTIONAL_SCALE):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
