"""The cancel of one order: asked for by whoever may trade its account, or done by the desk for a reason."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import InvalidInput
from orders.domain.desk import CANCEL_CODES, DeskAction
from orders.domain.entry import parse_reason
from orders.domain.objects import order_object
from orders.models import Order
from orders.services.access import cancelable, order_found, order_locked, require_desk
from orders.services.commands import order_ask
from orders.services.errors import OrderNotCancellable
from schemas.enums import CommandType, Reason


def order_cancel(*, actor: Any, order_id: str, now: datetime, request_id: str, reason: str = "") -> dict[str, Any]:
    """Ask for an order's cancel; the order as it stands. While a cancel is under way, another request changes nothing.

    Raises `NotFound`, `Forbidden`, `OrderNotCancellable`.
    """
    found = order_found(actor, order_id, cancelable(actor), "cancel")
    code = Reason.CANCEL_REQUESTED
    return _cancel(found, actor=actor, now=now, request_id=request_id, words=reason, code=code, unsolicited=False)


def order_cancel_by_desk(
    *, actor: Any, order_id: str, reason: str, now: datetime, request_id: str, code: str = Reason.DESK_CHANGE
) -> dict[str, Any]:
    """Cancel an order without its client asking (E.1.b): no request is pending, the order ends with `code` as its reason.

    `reason` in the desk's words is kept in the audit log. Raises `NotFound`, `Forbidden`, `InvalidInput`, `OrderNotCancellable`.
    """
    require_desk(actor, DeskAction.CANCEL)
    found = order_found(actor, order_id, None, "cancel")
    words = parse_reason(reason)
    if code not in CANCEL_CODES:
        raise InvalidInput(f"code: must be one of {', '.join(CANCEL_CODES)}", field="code")
    return _cancel(found, actor=actor, now=now, request_id=request_id, words=words, code=Reason(code), unsolicited=True)


def _cancel(found: Order, *, actor: Any, now: datetime, request_id: str, words: str, code: Reason, unsolicited: bool) -> dict[str, Any]:
    with transaction.atomic():
        order, requested = order_locked(found)
        if order.cancel_pending or (requested and order.is_open):
            return order_object(order)
        if not order.is_open:
            raise OrderNotCancellable(f"the order is {order.status}: there is nothing to cancel")
        told = order_object(order)
        Order.objects.filter(pk=found.pk).update(cancel_requested=True)
        action = "order_canceled_by_desk" if unsolicited else "order_cancel_requested"
        order_ask(
            order,
            CommandType.CANCEL,
            entry=audit.Entry(action, "order", found.pk, {"leaves_quantity": told["leaves_quantity"], "reason": words}),
            actor=actor,
            now=now,
            request_id=request_id,
            quantity=order.quantity,
            price=order.price,
            reason=code.value,
            unsolicited=unsolicited,
        )
    return told
