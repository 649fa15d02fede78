"""Writes of orders: intake, changes asked for by clients and made by the desk, and the projection of executions."""

from orders.services.access import desk_may
from orders.services.cancel import order_cancel, order_cancel_by_desk
from orders.services.corrections import trade_correct, trade_correction_request
from orders.services.disconnect import disconnections_sweep
from orders.services.errors import (
    ClientOrderIdTaken,
    IdempotencyKeyReused,
    OrderNotCancellable,
    OrderNotReplaceable,
    StreamBroken,
    TradeNotCorrectable,
)
from orders.services.intake import Submission, order_submit, orders_submit
from orders.services.keys import idempotency_keys_forget
from orders.services.mass_cancel import MassCancel, orders_mass_cancel
from orders.services.presence import Seen, sockets_gone, sockets_seen
from orders.services.preview import order_preview
from orders.services.projection import executions_project
from orders.services.replace import order_replace, order_restate, order_split
from orders.services.rows import StoredStep

__all__ = [
    "ClientOrderIdTaken",
    "IdempotencyKeyReused",
    "MassCancel",
    "OrderNotCancellable",
    "OrderNotReplaceable",
    "Seen",
    "StoredStep",
    "StreamBroken",
    "Submission",
    "TradeNotCorrectable",
    "desk_may",
    "disconnections_sweep",
    "executions_project",
    "idempotency_keys_forget",
    "order_cancel",
    "order_cancel_by_desk",
    "order_preview",
    "order_replace",
    "order_restate",
    "order_split",
    "order_submit",
    "orders_mass_cancel",
    "orders_submit",
    "sockets_gone",
    "sockets_seen",
    "trade_correct",
    "trade_correction_request",
]
