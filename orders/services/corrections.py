"""Busts and corrections of trades (FIX Trade Cancel, Trade Correct): what the desk asks for, one command a side of the trade."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

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

_SAME_MOMENT = timedelta(seconds=1)
SIDES = 2


class _Side(NamedTuple):
    """One order of the trade, and its fill as it stands: quantity 0 when it is busted."""

    order: OrderState
    quantity: int
    price: int


def trade_correct(*, actor: Any, execution_id: str, wanted: Correction, reason: str, now: datetime, request_id: str) -> TradeCorrection:
    """Ask that the trade of this fill be busted or be what `wanted` says, on both of its sides; what was asked for, to be answered twice.

    Each side's order gets its quantity back or keeps it as its life cycle allows; positions, cash and settlement follow from the answers.
    Raises `Forbidden`, `NotFound`, `InvalidInput`, `TradeNotCorrectable`.
    """
    require_desk(actor, DeskAction.TRADE_CORRECT)
    words = parse_reason(reason)
    fill = fills_visible(actor).filter(pk=execution_id, trade_id__isnull=False).first()
    if fill is None:
        raise NotFound("there is no such fill")
    trade_id = fill.trade_id or ""
    fills = _fills_of(fill.order_id, trade_id)
    with transaction.atomic():
        accounts_lock(one.account for one in fills)
        if TradeCorrection.objects.filter(trade_id=trade_id, answers__lt=SIDES).exists():
            raise TradeNotCorrectable("a correction of this trade is under way: wait for both of its answers")
        states = orders_load([one.order_id for one in fills], lock=True)
        sides = [_side(states[one.order_id][0], one) for one in fills]
        _require_possible(sides, wanted)
        correction = TradeCorrection.objects.create(
            trade_id=trade_id,
            quantity=None if wanted.quantity is None else from_units(wanted.quantity),
            price=None if wanted.price is None else from_units(wanted.price),
            was_quantity=from_units(sides[0].quantity),
            was_price=from_units(sides[0].price),
            reason=words,
            requested_by=actor,
            requested_at=now,
            request_id=request_id,
        )
        _carry_out(correction, sides, wanted, actor=actor, now=now)
    return correction


def _carry_out(correction: TradeCorrection, sides: Sequence[_Side], wanted: Correction, *, actor: Any, now: datetime) -> None:
    """Write both commands. The one place from which a trade is ever changed: whoever else has to agree is asked before this.

    `attributes` say what the fill was, and for an order that matching has forgotten what it had in all.
    """
    for side in sorted(sides, key=lambda one: one.order.identity.id):
        order = side.order
        detail = {
            "trade_id": correction.trade_id,
            "from": {"quantity": format_units(side.quantity), "price": format_units(side.price)},
            "to": {"quantity": number_text(wanted.quantity), "price": number_text(wanted.price)},
            "reason": correction.reason,
        }
        was = {"quantity": side.quantity, "price": side.price, "order_quantity": order.quantity, "order_cum_quantity": order.cum_quantity}
        order_ask(
            order,
            CommandType.TRADE_CORRECT,
            entry=audit.Entry("trade_busted" if wanted.quantity is None else "trade_corrected", "order", order.identity.id, detail),
            actor=actor,
            now=now,
            request_id=correction.request_id,
            quantity=wanted.quantity,
            price=wanted.price,
            trade_id=correction.trade_id,
            reason=Reason.DESK_CHANGE.value,
            unsolicited=True,
            attributes=was,
        )


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


def _side(order: OrderState, fill: Execution) -> _Side:
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
        return _Side(order, 0, to_units(Decimal(was.get("price") or 0)))
    return _Side(order, to_units(newest.last_quantity), to_units(newest.last_price or Decimal(0)))


def _require_possible(sides: Sequence[_Side], wanted: Correction) -> None:
    quantity = wanted.quantity or 0
    if all(quantity == side.quantity and (not quantity or wanted.price == side.price) for side in sides):
        raise InvalidInput("nothing to correct: the trade is that already")
    for side in sides:
        order = side.order
        if order.cum_quantity - side.quantity + quantity > order.quantity:
            most = format_units(order.quantity - order.cum_quantity + side.quantity)
            raise InvalidInput(f"quantity: at most {most}, the total of order {order.identity.id} allows no more", field="quantity")
