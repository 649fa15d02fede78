"""What would become of an order, without entering it."""

from datetime import datetime
from typing import Any

from marketdata import selectors as market_selectors
from orders.domain.entry import NewOrder
from orders.services.access import microseconds, trading
from risk import services as risk_services
from risk.domain.decide import Decision
from schemas.enums import CommandType
from schemas.messages import OrderCommand


def order_preview(*, actor: Any, order: NewOrder, now: datetime) -> Decision:
    """Risk's answer as far as it can be told now. Raises `Forbidden` and `InvalidInput` as entering it would."""
    may = trading(actor)
    groups = may.groups_needed([(order.account, order.symbol)])
    refusal = may.refusal(order.account, order.side, order.type, order.symbol, groups)
    if refusal is not None:
        raise refusal
    day = market_selectors.trade_dates({order.symbol}, now)[order.symbol].isoformat()
    user = actor.get_username()
    command = OrderCommand(
        CommandType.NEW.value,
        0,
        "",
        order.account,
        order.symbol,
        microseconds(now),
        order.side,
        order.type,
        order.tif,
        order.quantity,
        order.price,
        order.client_order_id,
        user,
        conditions=order.conditions,
        trade_date=day,
        trader=user,
    )
    return risk_services.order_preview(actor=actor, command=command, now=now)
