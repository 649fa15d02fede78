"""Replace: new terms for an order that is open."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from orders.domain.entry import Replacement
from orders.domain.objects import order_object
from orders.domain.state import OrderState
from orders.services.access import microseconds, order_found, order_locked, tradable
from orders.services.errors import OrderNotReplaceable
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.units import format_units


def order_replace(*, actor: Any, order_id: str, wanted: Replacement, now: datetime, request_id: str) -> dict[str, Any]:
    """Ask for new terms; the order as it stands. What is left out stays as it is when the request is carried out.

    Raises `NotFound`, `Forbidden`, `OrderNotReplaceable`.
    """
    found = order_found(actor, order_id, tradable(actor), "change")
    with transaction.atomic():
        order, cancel_requested = order_locked(found)
        if not order.is_open:
            raise OrderNotReplaceable(f"the order is {order.status}: it cannot be changed any more")
        if cancel_requested or order.cancel_pending:
            raise OrderNotReplaceable("a cancel of the order is under way: it cannot be changed any more")
        entry = audit.Entry("order_replace_requested", "order", order_id, _detail(order, wanted))
        audit.record_many(chain=order.identity.account, actor=actor, entries=[entry], request_id=request_id, now=now)
        command_id = outbox.allocate_ids(1)[0]
        outbox.add([_command(order, wanted, command_id, actor.get_username(), microseconds(now))], now=now)
    return order_object(order)


def _detail(order: OrderState, wanted: Replacement) -> dict[str, Any]:
    return {
        "from": {"quantity": format_units(order.quantity), "price": _text(order.price)},
        "to": {"quantity": _text(wanted.quantity), "price": _text(wanted.price)},
        "client_order_id": wanted.client_order_id,
    }


def _text(value: int | None) -> str | None:
    return None if value is None else format_units(value)


def _command(order: OrderState, wanted: Replacement, command_id: int, user: str, time: int) -> OrderCommand:
    identity = order.identity
    return OrderCommand(
        command=CommandType.REPLACE.value,
        command_id=command_id,
        id=identity.id,
        account=identity.account,
        symbol=identity.symbol,
        time=time,
        side=identity.side,
        type=identity.type,
        tif=identity.tif,
        quantity=wanted.quantity,
        price=wanted.price,
        client_order_id=wanted.client_order_id,
        user=user,
    )
