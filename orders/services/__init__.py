"""Writes of orders: intake, cancel, replace, mass cancel, and the projection of executions."""

from orders.services.cancel import MassCancel, order_cancel, orders_mass_cancel
from orders.services.errors import (
    ClientOrderIdTaken,
    IdempotencyKeyReused,
    OrderNotCancellable,
    OrderNotReplaceable,
    StreamBroken,
)
from orders.services.intake import Submission, order_submit, orders_submit
from orders.services.projection import executions_project
from orders.services.replace import order_replace
from orders.services.rows import StoredStep

__all__ = [
    "ClientOrderIdTaken",
    "IdempotencyKeyReused",
    "MassCancel",
    "OrderNotCancellable",
    "OrderNotReplaceable",
    "StoredStep",
    "StreamBroken",
    "Submission",
    "executions_project",
    "order_cancel",
    "order_replace",
    "order_submit",
    "orders_mass_cancel",
    "orders_submit",
]
