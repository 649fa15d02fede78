"""What the account would hold, were the order and others of its side filled."""

from risk.domain.checks.missing import limit_missing
from risk.domain.checks.proposal import Breach, Context, Proposal
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import format_units


def reduces_only(order: Proposal, context: Context) -> Breach | None:
    """A reduce-only order, with every other open order of its side, is at most what there is to reduce.

    It is judged when it is entered and when it is replaced, on the position and the open orders of that moment.
    """
    if not order.reduce_only:
        return None
    held = -context.position if order.buy else context.position
    room = max(held - context.working, 0)
    if order.open_quantity <= room:
        return None
    side = "buy back" if order.buy else "sell"
    return Breach(
        Reason.REDUCE_ONLY_WOULD_OPEN,
        "reduce_only",
        format_units(room),
        format_units(order.open_quantity),
        f"only reducing, the order may {side} at most {format_units(room)}: send less, or cancel other orders of this side",
    )


def position_within_limit(order: Proposal, context: Context) -> Breach | None:
    """Were this and every other open order of the side filled, the position would be at most `max_position` on that side."""
    limit = context.limits.get(Rule.MAX_POSITION)
    if limit is None:
        return limit_missing(Rule.MAX_POSITION)
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
