"""Orders, fills and events as REST and the stream tell them, made from integers: the fast way of the projection."""

from datetime import datetime, timedelta
from typing import Any

from orders.domain.state import OrderState
from schemas.messages import Execution
from schemas.units import average_price, format_units

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - only its ISO text is used


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


def order_object(order: OrderState) -> dict[str, Any]:
    """The full REST object."""
    identity = order.identity
    price, cum = order.price, order.cum_quantity
    return {
        "id": identity.id,
        "client_order_id": identity.client_order_id,
        "account": identity.account,
        "symbol": identity.symbol,
        "side": identity.side,
        "type": identity.type,
        "tif": identity.tif,
        "quantity": format_units(order.quantity),
        "price": None if price is None else format_units(price),
        "stop_price": None,
        "display_quantity": None,
        "status": order.status,
        "cum_quantity": format_units(cum),
        "leaves_quantity": format_units(order.leaves_quantity),
        "avg_price": average_text(order.cum_notional, cum) if cum else None,
        "reject": order.reject,
        "version": order.events + 1,
        "created_at": time_text(identity.created_at),
        "updated_at": time_text(order.updated_at),
    }


def fill_object(execution: Execution, fill_seq: int) -> dict[str, Any]:
    """The REST object of a trade's side. `seq` counts the account's fills."""
    return {
        "id": execution.id,
        "order": execution.order_id,
        "account": execution.account,
        "symbol": execution.symbol,
        "side": execution.side,
        "type": execution.type,
        "quantity": format_units(execution.last_quantity or 0),
        "price": format_units(execution.last_price or 0),
        "trade_id": execution.trade_id,
        "liquidity": execution.liquidity,
        "seq": fill_seq,
        "time": time_text(execution.time),
    }
