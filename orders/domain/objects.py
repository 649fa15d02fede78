"""Orders, fills and events as REST and the stream tell them, made from integers: the fast way of the projection."""

from datetime import datetime, timedelta
from typing import Any

from orders.domain.state import PLAIN, Extras, OrderState
from schemas.enums import ExecType, SelfTradePrevention
from schemas.messages import Execution
from schemas.units import average_price, format_units

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - only its ISO text is used
_NONE = SelfTradePrevention.NONE.value
_TRADE_CANCEL = ExecType.TRADE_CANCEL.value
_DETAILED = frozenset({ExecType.PENDING_REPLACE.value, _TRADE_CANCEL, ExecType.TRADE_CORRECT.value})
"""Types of steps that tell more than their columns, of a plain order too."""


def time_text(microseconds: int) -> str:
    """ISO 8601 UTC with microseconds."""
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds") + "Z"


def notional_text(value: int) -> str:
    """Plain decimal text of an integer of 1e-16, all decimals written."""
    whole, fraction = divmod(value, 10**16)
    return f"{whole}.{fraction:016d}"


def average_text(cum_notional: int, cum_quantity: int) -> str | None:
    """Average price, 8 decimals half-even, as short as it can be written; None while nothing is filled (FIX AvgPx, tag 6)."""
    average = average_price(cum_notional, cum_quantity)
    if average is None:
        return None
    written = f"{average:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def number_text(value: int | None) -> str | None:
    """Shortest plain decimal text of an integer of 1e-8; None stays None."""
    return None if value is None else format_units(value)


def order_object(order: OrderState) -> dict[str, Any]:
    """The full REST object. `day_quantity` and `day_cum_quantity` are today's part of a GTC or GTD order (FIX tags 424 and 425)."""
    identity = order.identity
    price, cum = order.price, order.cum_quantity
    quantity_told, cum_told = format_units(order.quantity), format_units(cum)
    told = {
        "id": identity.id,
        "client_order_id": identity.client_order_id,
        "account": identity.account,
        "symbol": identity.symbol,
        "side": identity.side,
        "type": identity.type,
        "tif": identity.tif,
        "quantity": quantity_told,
        "price": None if price is None else format_units(price),
        "stop_price": None,
        "display_quantity": None,
        "trail_offset": None,
        "expire_date": None,
        "post_only": False,
        "reduce_only": False,
        "self_trade_prevention": _NONE,
        "trade_date": identity.trade_date,
        "triggered": False,
        "status": order.status,
        "cum_quantity": cum_told,
        "leaves_quantity": format_units(order.leaves_quantity),
        "avg_price": average_text(order.cum_notional, cum) if cum else None,
        "day_quantity": quantity_told,
        "day_cum_quantity": cum_told,
        "reject": order.reject,
        "source": identity.source,
        "version": order.events + 1,
        "created_at": time_text(identity.created_at),
        "updated_at": time_text(order.updated_at),
    }
    if order.extras is not PLAIN:
        told.update(extras_told(order.extras, order.quantity, cum))
    return told


def extras_told(extras: Extras, quantity: int, cum: int) -> dict[str, Any]:
    """The part of the REST object that a plain order has only by default."""
    prior = extras.prior_cum
    return {
        "stop_price": number_text(extras.stop_price),
        "display_quantity": number_text(extras.display_quantity),
        "trail_offset": number_text(extras.trail_offset),
        "expire_date": extras.expire_date,
        "post_only": extras.post_only,
        "reduce_only": extras.reduce_only,
        "self_trade_prevention": extras.self_trade_prevention or _NONE,
        "triggered": extras.triggered,
        "day_quantity": format_units(quantity - prior),
        "day_cum_quantity": format_units(cum - prior),
    }


def step_detail(execution: Execution, order: OrderState) -> dict[str, Any] | None:
    """What a step tells beyond its columns: what the decision rests on (its text as it came), the order's extras, the terms asked for,
    the fill as it was. None of most steps.
    """
    decision = execution.decision
    if order.extras is PLAIN and execution.type not in _DETAILED:
        return None if decision is None else {"decision": decision}
    detail: dict[str, Any] = {} if decision is None else {"decision": decision}
    if order.extras is not PLAIN:
        detail["order"] = extras_told(order.extras, order.quantity, order.cum_quantity)
    if execution.requested_quantity is not None or execution.requested_price is not None or execution.requested_stop_price is not None:
        detail["requested"] = {
            "quantity": number_text(execution.requested_quantity),
            "price": number_text(execution.requested_price),
            "stop_price": number_text(execution.requested_stop_price),
        }
    if execution.original_quantity is not None:
        detail["original"] = {"quantity": number_text(execution.original_quantity), "price": number_text(execution.original_price)}
    return detail or None


def fill_object(execution: Execution, fill_seq: int) -> dict[str, Any]:
    """The REST object of a trade's side, or of its correction. `seq` counts the account's fills.

    A trade_cancel tells the quantity and price that are taken back; a trade_correct what the fill is, and what it was.
    """
    was, was_at = execution.original_quantity, execution.original_price
    quantity, price = (was, was_at) if execution.type == _TRADE_CANCEL else (execution.last_quantity, execution.last_price)
    return {
        "id": execution.id,
        "order": execution.order_id,
        "account": execution.account,
        "symbol": execution.symbol,
        "side": execution.side,
        "type": execution.type,
        "quantity": format_units(quantity or 0),
        "price": format_units(price or 0),
        "original_quantity": number_text(was),
        "original_price": number_text(was_at),
        "trade_id": execution.trade_id,
        "liquidity": execution.liquidity,
        "seq": fill_seq,
        "time": time_text(execution.time),
    }
