"""Limits near the reference of the day while orders are collected (RC25), stops near the market (RC27)."""

from risk.domain.checks.missing import limit_missing, quote_missing
from risk.domain.checks.proposal import Breach, Context, Finding, Proposal
from risk.domain.limits import Rule
from schemas.enums import Phase, Reason
from schemas.units import ONE, format_units

_COLLECTING = frozenset({Phase.PRE_OPEN.value, Phase.AUCTION.value})
_WHOLE = 100 * ONE
"""100 % in 1e-8 of a percent."""


def price_within_collar(order: Proposal, context: Context) -> Finding:
    """While the market collects orders, a limit is at most `auction_collar` percent away from the reference of the day."""
    limit, price = context.limits.auction_collar, order.price
    if limit is None:
        return limit_missing(Rule.AUCTION_COLLAR)
    if price is None or order.waits or context.controls.phases.get(order.symbol) not in _COLLECTING:
        return None
    start = context.day_reference
    if start is None:
        return quote_missing(order, Rule.AUCTION_COLLAR)
    percent = -(-abs(price - start) * _WHOLE // start)
    if percent <= limit:
        return limit, percent
    return Breach(
        Reason.PRICE_OUTSIDE_COLLAR,
        Rule.AUCTION_COLLAR,
        format_units(limit),
        format_units(percent),
        f"in an auction, price {format_units(price)} is more than {format_units(limit)} % away from {format_units(start)}: move it closer",
    )


def stop_near(order: Proposal, context: Context) -> Finding:
    """A stop waits at most `stop_distance` percent away from the middle of the newest good quote, a trailing one stays as near behind."""
    limit = context.limits.stop_distance
    if limit is None:
        return limit_missing(Rule.STOP_DISTANCE)
    if not order.waits:
        return None
    if context.reference is None:
        return quote_missing(order, Rule.STOP_DISTANCE)
    twice = context.reference.twice_mid
    away = 2 * (order.trail_offset or 0) if order.stop_price is None else abs(2 * order.stop_price - twice)
    percent = -(-away * _WHOLE // twice)
    if percent <= limit:
        return limit, percent
    return Breach(
        Reason.STOP_TOO_FAR,
        Rule.STOP_DISTANCE,
        format_units(limit),
        format_units(percent),
        f"the stop waits {format_units(percent)} % away from the market, more than {format_units(limit)} %: move it closer",
    )
