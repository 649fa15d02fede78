"""Prices on the tick, quantities in lots and not too large (RC5, RC6)."""

from risk.domain.checks.gate import instrument_tradable
from risk.domain.checks.missing import limit_missing
from risk.domain.checks.proposal import Breach, Context, Finding, Proposal
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import format_units


def prices_on_tick(order: Proposal, context: Context) -> Finding:
    """Limit price, stop price and the offset of a trailing stop are positive and multiples of the tick."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    tick = context.instrument.tick
    price, stop, offset = order.price, order.stop_price, order.trail_offset
    if price is not None and (price <= 0 or price % tick):
        return _off_tick("price", price, tick)
    if stop is not None and (stop <= 0 or stop % tick):
        return _off_tick("stop price", stop, tick)
    if offset is not None and (offset <= 0 or offset % tick):
        return _off_tick("trail offset", offset, tick)
    return tick, price or stop or offset


def quantity_in_lots(order: Proposal, context: Context) -> Finding:
    """The quantity is positive and a multiple of the lot."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    quantity, lot = order.quantity, context.instrument.lot
    if quantity > 0 and quantity % lot == 0:
        return lot, quantity
    return Breach(
        Reason.QUANTITY_OFF_LOT,
        "lot",
        format_units(lot),
        format_units(quantity),
        f"quantity is no multiple of the lot {format_units(lot)}",
    )


def quantity_within_instrument(order: Proposal, context: Context) -> Finding:
    """The quantity is at most the largest the instrument takes in one order."""
    if context.instrument is None:
        return instrument_tradable(order, context)
    limit, quantity = context.instrument.max_quantity, order.quantity
    return (limit, quantity) if quantity <= limit else _too_large(quantity, "instrument_max_quantity", limit)


def quantity_within_limit(order: Proposal, context: Context) -> Finding:
    """The quantity is at most `max_quantity`."""
    limit, quantity = context.limits.max_quantity, order.quantity
    if limit is None:
        return limit_missing(Rule.MAX_QUANTITY)
    return (limit, quantity) if quantity <= limit else _too_large(quantity, Rule.MAX_QUANTITY, limit)


def _too_large(quantity: int, rule: str, limit: int) -> Breach:
    most = format_units(limit)
    return Breach(Reason.QUANTITY_TOO_LARGE, rule, most, format_units(quantity), f"quantity is above {most}: send smaller orders")


def _off_tick(name: str, price: int, tick: int) -> Breach:
    below = max(price - price % tick, tick)
    remedy = f"use {format_units(below)} or {format_units(below + tick)}"
    message = f"{name} is no multiple of the tick: {remedy}"
    return Breach(Reason.PRICE_OFF_TICK, "tick", format_units(tick), format_units(price), message)
