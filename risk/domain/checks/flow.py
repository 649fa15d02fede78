"""How an account sends: the same again, too fast, too much for what it trades, too many open at once (RC11 to RC14).

The desk's own changes are no requests of the account: they are not counted against it.
"""

from risk.domain.checks.missing import limit_missing
from risk.domain.checks.proposal import PASSED, Breach, Context, Finding, Proposal
from risk.domain.flow import SECOND_MS
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import ONE, format_units


def client_order_id_once(order: Proposal, context: Context) -> Finding:
    """No open order of the account has this client order id."""
    name = order.client_order_id
    if name is None or not context.new:
        return None
    if name not in context.account.client_order_ids:
        return PASSED
    message = f"an open order has the client order id {name}: look at it; a new order needs a new id"
    return Breach(Reason.ORDER_DUPLICATE, "client_order_id", None, name, message)


def not_repeated(order: Proposal, context: Context) -> Finding:
    """At most `repeat_count` orders alike within `repeat_window` seconds; asked for only where both are limited."""
    count, window = context.limits.repeat_count, context.limits.repeat_window
    if count is None or window is None or not context.new:
        return None
    terms = (order.symbol, order.side, order.type, order.quantity, order.price, order.stop_price)
    since = context.at // 1_000 - window * SECOND_MS // ONE
    alike = (context.account.flow.alike_within(terms, since, count // ONE) + 1) * ONE
    if alike <= count:
        return count, alike
    return Breach(
        Reason.ORDER_REPEATED,
        Rule.REPEAT_COUNT,
        format_units(count),
        format_units(alike),
        f"the same order came more than {format_units(count)} times within {format_units(window)} s: if it is meant, wait",
    )


def rate_within_limit(order: Proposal, context: Context) -> Finding:
    """At most `message_rate` risk-adding requests of the account in any second, refused ones too."""
    limit = context.limits.message_rate
    if not context.asked:
        return None
    if limit is None:
        return limit_missing(Rule.MESSAGE_RATE)
    sent = (context.account.flow.sent_within(context.at // 1_000) + 1) * ONE
    if sent <= limit:
        return limit, sent
    return Breach(
        Reason.MESSAGES_TOO_MANY,
        Rule.MESSAGE_RATE,
        format_units(limit),
        format_units(sent),
        f"more than {format_units(limit)} requests within one second: send fewer; cancels and reductions always pass",
    )


def trades_for_its_orders(order: Proposal, context: Context) -> Finding:
    """At most `order_to_trade` risk-adding requests for each fill of the day; asked for only where it is limited."""
    limit = context.limits.order_to_trade
    if limit is None or not context.asked:
        return None
    account = context.account
    today = account.day == context.day
    sent, fills = (account.flow.day_sent + 1, account.flow.day_fills) if today else (1, 0)
    ratio = -(-sent * ONE // max(fills, 1))
    if ratio <= limit:
        return limit, ratio
    return Breach(
        Reason.ORDERS_PER_TRADE_TOO_MANY,
        Rule.ORDER_TO_TRADE,
        format_units(limit),
        format_units(ratio),
        f"{sent} requests for {fills} fills of the day: more than {format_units(limit)} for each; send orders that trade",
    )


def open_orders_within_limit(order: Proposal, context: Context) -> Finding:
    """At most `max_open_orders` orders of the account are open."""
    limit = context.limits.max_open_orders
    if not context.new:
        return None
    if limit is None:
        return limit_missing(Rule.MAX_OPEN_ORDERS)
    count = (len(context.account.orders) + 1) * ONE
    if count <= limit:
        return limit, count
    return Breach(
        Reason.OPEN_ORDERS_TOO_MANY,
        Rule.MAX_OPEN_ORDERS,
        format_units(limit),
        format_units(count),
        f"{format_units(limit)} orders are open: cancel some of them",
    )
