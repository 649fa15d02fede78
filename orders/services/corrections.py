"""Busts and corrections of trades (FIX Trade Cancel, Trade Correct): asked for by one person of the desk, agreed to by another, and then
one command a side of the trade. See ADR 0012.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import InvalidInput, NotFound
from orders.domain.desk import DeskAction
from orders.domain.entry import Correction, parse_reason
from orders.domain.objects import number_text
from orders.domain.state import OrderState
from orders.models import Execution, TradeCorrection
from orders.selectors import fills_visible
from orders.services.access import accounts_lock, require_desk
from orders.services.commands import order_ask
from orders.services.errors import TradeNotCorrectable
from orders.services.rows import orders_load
from schemas.enums import CommandType, ExecType, Reason
from schemas.units import format_units, from_units, to_units

KIND = "trade_correct"
_SAME_MOMENT = timedelta(seconds=1)
SIDES = 2


class Side(NamedTuple):
    """One order of the trade, and its fill as it stands: quantity 0 when it is busted."""

    order: OrderState
    quantity: int
    price: int


def trade_correction_request(
    *, actor: Any, execution_id: str, wanted: Correction, reason: str, now: datetime, request_id: str
) -> ChangeRequest:
    """Ask that the trade of this fill be busted or be what `wanted` says, on both of its sides; a second person decides.

    Raises `Forbidden`, `NotFound`, `InvalidInput`, `TradeNotCorrectable`, and what `approvals.request_submit` raises.
    """
    require_desk(actor, DeskAction.TRADE_CORRECT)
    words = parse_reason(reason)
    fill = fills_visible(actor).filter(pk=execution_id, trade_id__isnull=False).first()
    if fill is None:
        raise NotFound("there is no such fill")
    trade_id = fill.trade_id or ""
    sides = trade_sides(fill.order_id, trade_id)
    require_possible(sides, wanted)
    payload = correction_payload(trade_id, sides, wanted)
    return approvals.request_submit(actor=actor, kind=KIND, payload=payload, reason=words, now=now, request_id=request_id)


def trade_correct(
    *, actor: Any, order_id: str, trade_id: str, wanted: Correction, approval: ChangeRequest | None, now: datetime, request_id: str
) -> TradeCorrection:
    """Bust or correct a trade, by a request that a second person has approved; what was asked for, to be answered twice.

    Each side's order gets its quantity back or keeps it as its life cycle allows; positions, cash and settlement follow from the answers.
    Raises `ApprovalNeeded`, `Forbidden`, `NotFound`, `InvalidInput`, `TradeNotCorrectable`.
    """
    require_desk(actor, DeskAction.TRADE_CORRECT)
    with transaction.atomic():
        accounts_lock(one.account for one in _fills_of(order_id, trade_id))
        sides = trade_sides(order_id, trade_id, lock=True)
        require_possible(sides, wanted)
        return _carry_out(approval, trade_id, sides, wanted, actor=actor, now=now, request_id=request_id)


def _carry_out(
    approval: ChangeRequest | None,
    trade_id: str,
    sides: Sequence[Side],
    wanted: Correction,
    *,
    actor: Any,
    now: datetime,
    request_id: str,
) -> TradeCorrection:
    """Use the approval up, and write both commands. The one place from which a trade is ever changed.

    `attributes` say what the fill was, and for an order that matching has forgotten what it had in all.
    """
    payload = correction_payload(trade_id, sides, wanted)
    approved = approvals.require(approval, kind=KIND, payload=payload, now=now, request_id=request_id)
    correction = TradeCorrection.objects.create(
        trade_id=trade_id,
        quantity=None if wanted.quantity is None else from_units(wanted.quantity),
        price=None if wanted.price is None else from_units(wanted.price),
        was_quantity=from_units(sides[0].quantity),
        was_price=from_units(sides[0].price),
        reason=approved.reason,
        requested_by=actor,
        requested_at=now,
        request_id=request_id,
        approval=approved,
    )
    for side in sorted(sides, key=lambda one: one.order.identity.id):
        order = side.order
        detail = {
            "trade_id": trade_id,
            "from": {"quantity": format_units(side.quantity), "price": format_units(side.price)},
            "to": {"quantity": number_text(wanted.quantity), "price": number_text(wanted.price)},
            "reason": approved.reason,
            "approval": approved.pk,
        }
        was = {"quantity": side.quantity, "price": side.price, "order_quantity": order.quantity, "order_cum_quantity": order.cum_quantity}
        order_ask(
            order,
            CommandType.TRADE_CORRECT,
            entry=audit.Entry("trade_busted" if wanted.quantity is None else "trade_corrected", "order", order.identity.id, detail),
            actor=actor,
            now=now,
            request_id=request_id,
            quantity=wanted.quantity,
            price=wanted.price,
            trade_id=trade_id,
            reason=Reason.DESK_CHANGE.value,
            unsolicited=True,
            attributes=was,
        )
    return correction


def correction_payload(trade_id: str, sides: Sequence[Side], wanted: Correction) -> dict[str, Any]:
    """What a second person agrees to: the trade, what it is to be, and what each side's fill is now (decimal texts)."""
    return {
        "trade": trade_id,
        "order": min(side.order.identity.id for side in sides),
        "quantity": number_text(wanted.quantity),
        "price": number_text(wanted.price),
        "was": {side.order.identity.id: {"quantity": format_units(side.quantity), "price": format_units(side.price)} for side in sides},
    }


def wanted_of(payload: Mapping[str, Any]) -> Correction:
    """What the trade of a payload is to be."""
    quantity, price = payload["quantity"], payload["price"]
    return Correction(None if quantity is None else to_units(Decimal(quantity)), None if price is None else to_units(Decimal(price)))


def trade_sides(order_id: str, trade_id: str, *, lock: bool = False) -> list[Side]:
    """Both sides of a trade as they stand, the buyer first. Raises `NotFound`, `TradeNotCorrectable`."""
    fills = _fills_of(order_id, trade_id)
    if TradeCorrection.objects.filter(trade_id=trade_id, answers__lt=SIDES).exists():
        raise TradeNotCorrectable("a correction of this trade is under way: wait for both of its answers")
    states = orders_load([one.order_id for one in fills], lock=lock)
    return [_side(states[one.order_id][0], one) for one in fills]


def _fills_of(order_id: str, trade_id: str) -> list[Execution]:
    """Both sides' first record of the trade, which have one moment."""
    own = Execution.objects.filter(order=order_id, trade_id=trade_id, type=ExecType.TRADE).order_by("order_seq").first()
    if own is None:
        raise NotFound("there is no such fill")
    around = (own.time - _SAME_MOMENT, own.time + _SAME_MOMENT)
    rows = Execution.objects.filter(time__range=around, trade_id=trade_id, type=ExecType.TRADE).order_by("order_seq")
    first = {row.order_id: row for row in reversed(rows)}
    if len(first) != SIDES:
        raise TradeNotCorrectable("the trade's other side has not been recorded yet: ask again in a moment")
    return sorted(first.values(), key=lambda row: row.side)


def _side(order: OrderState, fill: Execution) -> Side:
    steps = Execution.objects.filter(order=fill.order_id, order_seq__gte=fill.order_seq).order_by("order_seq")
    newest, cum = fill, fill.cum_quantity
    for step in steps.iterator():
        if step.type == ExecType.RESTATED and step.cum_quantity != cum:
            raise TradeNotCorrectable("the order was split after this trade: its fill is not what it was traded as any more")
        cum = step.cum_quantity
        if step.trade_id == fill.trade_id and step.fill_seq is not None:
            newest = step
    if newest.last_quantity is None:
        was = (newest.detail or {}).get("original", {})
        return Side(order, 0, to_units(Decimal(was.get("price") or 0)))
    return Side(order, to_units(newest.last_quantity), to_units(newest.last_price or Decimal(0)))


def require_possible(sides: Sequence[Side], wanted: Correction) -> None:
    """Raise `InvalidInput` for a correction that changes nothing or that an order has no room for."""
    quantity = wanted.quantity or 0
    if all(quantity == side.quantity and (not quantity or wanted.price == side.price) for side in sides):
        raise InvalidInput("nothing to correct: the trade is that already")
    for side in sides:
        order = side.order
        if order.cum_quantity - side.quantity + quantity > order.quantity:
            most = format_units(order.quantity - order.cum_quantity + side.quantity)
            raise InvalidInput(f"quantity: at most {most}, the total of order {order.identity.id} allows no more", field="quantity")
