"""Admin pages of orders, one file per model."""

from orders.admin.corrections import TradeCorrectionAdmin
from orders.admin.disconnections import DisconnectionAdmin
from orders.admin.executions import ExecutionAdmin
from orders.admin.idempotency import IdempotencyKeyAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.streams import AccountStreamAdmin

__all__ = ["AccountStreamAdmin", "DisconnectionAdmin", "ExecutionAdmin", "IdempotencyKeyAdmin", "OrderAdmin", "TradeCorrectionAdmin"]
