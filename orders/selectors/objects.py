"""Orders, events and fills as REST and the stream tell them, made from rows."""

from datetime import datetime
from typing import Any

from oms_site.infra.rest import decimal_text, timestamp
from orders.domain.objects import average_text
from orders.models import Execution, Order
from risk.domain.decisions import explain
from schemas.enums import ExecType, OrderStatus
from schemas.units import to_units

_NOTIONAL = 10**16


def order_object(row: Order) -> dict[str, Any]:
    """The full REST object of a row."""
    return _order_object(row, row, reject=row.reject, version=row.version, updated_at=row.updated_at)


def _order_object(row: Order, moment: Order | Execution, *, reject: Any, version: int, updated_at: datetime) -> dict[str, Any]:
    """`moment` has the status, terms and counts to tell; of a step, its detail has what is not as on a plain order."""
    cum = moment.cum_quantity
    told = {
        "id": row.id,
        "client_order_id": row.client_order_id,
        "account": row.account_id,
        "symbol": row.symbol_id,
        "side": row.side,
        "type": row.type,
        "tif": row.tif,
        "quantity": decimal_text(moment.quantity),
        "price": decimal_text(moment.price),
        "stop_price": None,
        "display_quantity": None,
        "trail_offset": None,
        "expire_date": None,
        "post_only": False,
        "reduce_only": False,
        "self_trade_prevention": "none",
        "trade_date": row.trade_date and row.trade_date.isoformat(),
        "triggered": False,
        "status": moment.status,
        "cum_quantity": decimal_text(cum),
        "leaves_quantity": decimal_text(moment.leaves_quantity),
        "avg_price": average_text(int(moment.cum_notional * _NOTIONAL), to_units(cum)) if cum else None,
        "day_quantity": decimal_text(moment.quantity),
        "day_cum_quantity": decimal_text(cum),
        "reject": reject,
        "source": row.source,
        "version": version,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(updated_at),
    }
    if isinstance(moment, Order):
        return told | _extras(moment)
    return told | (moment.detail or {}).get("order", {})


def _extras(row: Order) -> dict[str, Any]:
    return {
        "stop_price": decimal_text(row.stop_price),
        "display_quantity": decimal_text(row.display_quantity),
        "trail_offset": decimal_text(row.trail_offset),
        "expire_date": row.expire_date and row.expire_date.isoformat(),
        "post_only": row.post_only,
        "reduce_only": row.reduce_only,
        "self_trade_prevention": row.self_trade_prevention,
        "triggered": row.triggered,
        "day_quantity": decimal_text(row.day_quantity),
        "day_cum_quantity": decimal_text(row.day_cum_quantity),
    }


def order_object_as_of(step: Execution) -> dict[str, Any]:
    """The full REST object as it was after a step (with its order joined)."""
    order = step.order
    rejected = order.working == OrderStatus.REJECTED and not step.leaves_quantity
    return _order_object(order, step, reject=order.reject if rejected else None, version=step.order_seq + 1, updated_at=step.time)


def event_object(step: Execution) -> dict[str, Any]:
    """One event in an order's life: the terms then, those asked for while a replace is pending, a fill as it was before."""
    detail = step.detail or {}
    stood, requested, original = (detail.get(part, {}) for part in ("order", "requested", "original"))
    return {
        "seq": step.order_seq,
        "type": step.type,
        "status": step.status,
        "quantity": decimal_text(step.quantity),
        "price": decimal_text(step.price),
        "stop_price": stood.get("stop_price"),
        "cum_quantity": decimal_text(step.cum_quantity),
        "leaves_quantity": decimal_text(step.leaves_quantity),
        "last_quantity": decimal_text(step.last_quantity),
        "last_price": decimal_text(step.last_price),
        "original_quantity": original.get("quantity"),
        "original_price": original.get("price"),
        "requested_quantity": requested.get("quantity"),
        "requested_price": requested.get("price"),
        "requested_stop_price": requested.get("stop_price"),
        "trade_id": step.trade_id,
        "reason": step.reason,
        "message": step.message,
        "decision": decision_object(detail["decision"]) if "decision" in detail else None,
        "time": timestamp(step.time),
    }


def decision_object(text: str) -> dict[str, Any]:
    """What risk's answer rests on: the price it was judged at, the quote it saw, and each check's result, up to the one that refused."""
    told = explain(text)
    rows = [
        {
            "rc": row.rc,
            "rule": row.rule,
            "outcome": row.outcome,
            "limit": row.limit or None,
            "actual": row.actual or None,
            "unit": row.unit or None,
            "words": row.words,
        }
        for row in told.rows
    ]
    return {"price": told.price, "reference": told.reference, "checks": rows}


def fill_object(step: Execution) -> dict[str, Any]:
    """A fill, or its correction, as REST and the stream tell it."""
    original = (step.detail or {}).get("original", {})
    taken_back = step.type == ExecType.TRADE_CANCEL
    return {
        "id": step.id,
        "order": step.order_id,
        "account": step.account,
        "symbol": step.symbol,
        "side": step.side,
        "type": step.type,
        "quantity": original.get("quantity") if taken_back else decimal_text(step.last_quantity),
        "price": original.get("price") if taken_back else decimal_text(step.last_price),
        "original_quantity": original.get("quantity"),
        "original_price": original.get("price"),
        "trade_id": step.trade_id,
        "liquidity": step.liquidity,
        "seq": step.fill_seq,
        "time": timestamp(step.time),
    }
