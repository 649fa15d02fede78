"""New terms for an order that is open: asked for by its client, or set by the desk."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from orders.domain.desk import DeskAction
from orders.domain.entry import Replacement, parse_reason
from orders.domain.objects import number_text, order_object
from orders.domain.state import OrderState
from orders.services.access import order_found, order_locked, require_desk, require_entitled
from orders.services.commands import order_ask
from orders.services.errors import OrderNotReplaceable
from schemas.enums import CommandType, Reason
from schemas.messages import Conditions
from schemas.units import format_units


def order_replace(*, actor: Any, order_id: str, wanted: Replacement, now: datetime, request_id: str) -> dict[str, Any]:
    """Ask for new terms; the order as it stands. What is left out stays as it is when the request is carried out.

    Raises `NotFound`, `Forbidden`, `OrderNotReplaceable`.
    """
    found = order_found(actor, order_id, None, "change")
    require_entitled(actor, found)
    with transaction.atomic():
        order, cancel_requested = order_locked(found)
        _require_open(order, wanted)
        if cancel_requested or order.cancel_pending:
            raise OrderNotReplaceable("a cancel of the order is under way: it cannot be changed any more")
        order_ask(
            order,
            CommandType.REPLACE,
            entry=audit.Entry("order_replace_requested", "order", order_id, _detail(order, wanted)),
            actor=actor,
            now=now,
            request_id=request_id,
            client_order_id=wanted.client_order_id,
            **_terms(wanted),
        )
    return order_object(order)


def order_restate(*, actor: Any, order_id: str, wanted: Replacement, reason: str, now: datetime, request_id: str) -> dict[str, Any]:
    """Set new terms without the client asking (E.1.c, E.1.d): no request is pending, the order is restated with the reason `desk_change`.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `OrderNotReplaceable`.
    """
    require_desk(actor, DeskAction.RESTATE)
    found = order_found(actor, order_id, None, "restate")
    words = parse_reason(reason)
    with transaction.atomic():
        order, _ = order_locked(found)
        _require_open(order, wanted)
        detail = _detail(order, wanted) | {"reason": words}
        _restate(order, Reason.DESK_CHANGE, detail, actor=actor, now=now, request_id=request_id, **_terms(wanted))
    return order_object(order)


def order_split(*, actor: Any, order_id: str, ratio: tuple[int, int], reason: str, now: datetime, request_id: str) -> dict[str, Any]:
    """Restate an open order for a split of its instrument: `ratio` new for old (H.1.b). Quantities rise as prices fall, the notional stays.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `OrderNotReplaceable`. A total that would not be whole lots is refused by matching.
    """
    require_desk(actor, DeskAction.RESTATE)
    found = order_found(actor, order_id, None, "restate")
    words = parse_reason(reason)
    up, down = ratio
    with transaction.atomic():
        order, _ = order_locked(found)
        _require_open(order, None)
        detail = {"split": f"{up}:{down}", "quantity": format_units(order.quantity), "reason": words}
        numbers = {"numerator": up, "denominator": down}
        _restate(order, Reason.SPLIT, detail, actor=actor, now=now, request_id=request_id, attributes=numbers)
    return order_object(order)


def _restate(order: OrderState, code: Reason, detail: dict[str, Any], *, actor: Any, now: datetime, request_id: str, **asked: Any) -> None:
    order_ask(
        order,
        CommandType.REPLACE,
        entry=audit.Entry("order_restated_by_desk", "order", order.identity.id, detail),
        actor=actor,
        now=now,
        request_id=request_id,
        reason=code.value,
        unsolicited=True,
        **asked,
    )


def _require_open(order: OrderState, wanted: Replacement | None) -> None:
    if not order.is_open:
        raise OrderNotReplaceable(f"the order is {order.status}: it cannot be changed any more")
    if wanted is not None and wanted.stop_price is not None and order.extras.triggered:
        raise OrderNotReplaceable("stop_price: the stop has triggered, the order has none any more", field="stop_price")


def _terms(wanted: Replacement) -> dict[str, Any]:
    conditions = None if wanted.stop_price is None else Conditions(stop_price=wanted.stop_price)
    return {"quantity": wanted.quantity, "price": wanted.price, "conditions": conditions}


def _detail(order: OrderState, wanted: Replacement) -> dict[str, Any]:
    before = {"quantity": format_units(order.quantity), "price": number_text(order.price)}
    after = {"quantity": number_text(wanted.quantity), "price": number_text(wanted.price)}
    if order.extras.stop_price is not None:
        before["stop_price"] = number_text(order.extras.stop_price)
        after["stop_price"] = number_text(wanted.stop_price)
    return {"from": before, "to": after, "client_order_id": wanted.client_order_id}
