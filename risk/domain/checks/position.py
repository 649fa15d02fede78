"""What the account would hold and have open, were the order and others filled (RC15 to RC17, RC19)."""

from risk.domain.checks.missing import limit_missing, quote_missing
from risk.domain.checks.money import Unknown, of_order, over_all
from risk.domain.checks.prices import plain
from risk.domain.checks.proposal import PASSED, Breach, Context, Finding, Proposal, room_to_reduce
from risk.domain.holding import Holding
from risk.domain.limits import Rule
from risk.domain.settings import AccountKind
from schemas.enums import Reason
from schemas.units import ONE, format_units

_WHOLE = 100 * ONE
"""100 % in 1e-8 of a percent."""


def open_value(context: Context, rule: Rule) -> int:
    """Value of everything open of the account with this order, both sides, in its currency. The price is known. Raises `Unknown`."""
    if not context.foreign:
        return context.account.open_value + context.value - context.freed
    return over_all(context, rule, 0, _open_value) + of_order(context, rule, context.value - context.freed)


def open_notional_within_limit(order: Proposal, context: Context) -> Finding:
    """All open orders of the account, both sides, are worth at most `max_open_notional` at the prices they were judged at."""
    limit = context.limits.max_open_notional
    if limit is None:
        return limit_missing(Rule.MAX_OPEN_NOTIONAL)
    if context.price is None:
        return quote_missing(order, Rule.MAX_OPEN_NOTIONAL)
    try:
        total = open_value(context, Rule.MAX_OPEN_NOTIONAL)
    except Unknown as unknown:
        return unknown.breach
    if total <= limit * ONE:
        return limit, -(-total // ONE)
    return Breach(
        Reason.OPEN_NOTIONAL_TOO_LARGE,
        Rule.MAX_OPEN_NOTIONAL,
        format_units(limit),
        plain(total),
        f"all open orders would be worth more than {format_units(limit)}: cancel some of them or send less",
    )


def reduces_only(order: Proposal, context: Context) -> Finding:
    """A reduce-only order, with every other open order of its side, is at most what there is to reduce.

    It is judged when it is entered and when it is replaced; what happens later cuts it (`risk.domain.reducing`).
    """
    if not order.reduce_only:
        return None
    room = room_to_reduce(order, context)
    if order.open_quantity <= room:
        return room, order.open_quantity
    side = "buy back" if order.buy else "sell"
    return Breach(
        Reason.REDUCE_ONLY_WOULD_OPEN,
        "reduce_only",
        format_units(room),
        format_units(order.open_quantity),
        f"only reducing, the order may {side} at most {format_units(room)}: send less, or cancel other orders of this side",
    )


def position_within_limit(order: Proposal, context: Context) -> Finding:
    """Were this and every other open order of the side filled, the position would be at most `max_position` on that side."""
    limit = context.limits.max_position
    if limit is None:
        return limit_missing(Rule.MAX_POSITION)
    worst = context.worst
    if worst <= limit:
        return limit, worst
    room = format_units(max(limit - worst + order.open_quantity, 0))
    direction = "long" if order.buy else "short"
    return Breach(
        Reason.POSITION_TOO_LARGE,
        Rule.MAX_POSITION,
        format_units(limit),
        format_units(worst),
        f"the position could become {direction} {format_units(worst)}: there is room for {room}; cancel open orders or send less",
    )


def concentration_within_limit(order: Proposal, context: Context) -> Finding:
    """That position would be at most `max_concentration` percent of the average daily volume; asked for only where it is limited."""
    limit = context.limits.max_concentration
    if limit is None:
        return None
    volume = context.set.volumes.get(order.symbol)
    if volume is None:
        message = f"there is no average daily volume of {order.symbol}: operations must set one"
        return Breach(Reason.VOLUME_MISSING, Rule.MAX_CONCENTRATION, format_units(limit), None, message)
    percent = -(-max(context.worst, 0) * _WHOLE // volume)
    if percent <= limit:
        return limit, percent
    return Breach(
        Reason.CONCENTRATION_TOO_LARGE,
        Rule.MAX_CONCENTRATION,
        format_units(limit),
        format_units(percent),
        f"the position could become {format_units(percent)} % of the average daily volume {format_units(volume)}: send less",
    )


def short_sale_located(order: Proposal, context: Context) -> Finding:
    """A customer's account sells what it holds, or what has been located for it. The house and accounts nobody has described are free."""
    if order.buy:
        return None
    terms = context.set.accounts.get(context.names.account)
    if terms is None:
        return None
    if terms.kind == AccountKind.HOUSE:
        return PASSED
    located = context.set.located(context.names.account, order.symbol)
    short = max(context.worst, 0)
    if short <= located:
        return located, short
    return Breach(
        Reason.LOCATE_MISSING,
        "locate",
        format_units(located),
        format_units(short),
        f"{format_units(short)} could be sold short and {format_units(located)} have been located: get a locate or sell less",
    )


def _open_value(holding: Holding) -> int:
    return holding.buy_value + holding.sell_value
