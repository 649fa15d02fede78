"""An order as its executions have made it. Quantities and prices in 1e-8, notional in 1e-16, times in microseconds since the epoch."""

from typing import Any, NamedTuple

from schemas.enums import OrderStatus

OPEN = (OrderStatus.PENDING_NEW.value, OrderStatus.NEW.value, OrderStatus.PARTIALLY_FILLED.value)
"""Working statuses of an order that may still trade."""


class Identity(NamedTuple):
    """What never changes in an order's life."""

    id: str
    client_order_id: str | None
    account: str
    symbol: str
    side: str
    type: str
    tif: str
    created_at: int


class OrderState(NamedTuple):
    """What changes. `working` is the status beneath requests that are pending; `events` counts the steps so far."""

    identity: Identity
    quantity: int
    price: int | None
    working: str
    cancel_pending: bool
    replaces_pending: int
    cum_quantity: int
    leaves_quantity: int
    cum_notional: int
    reject: dict[str, Any] | None
    events: int
    updated_at: int

    @property
    def status(self) -> str:
        """The reported status (FIX OrdStatus, tag 39): of all that hold, the one of highest precedence."""
        if self.cancel_pending:
            return "pending_cancel"
        if self.replaces_pending:
            return "pending_replace"
        return self.working

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.working in OPEN


def entered(identity: Identity, quantity: int, price: int | None) -> OrderState:
    """An order as intake stores it, before its first event."""
    return OrderState(identity, quantity, price, OPEN[0], False, 0, 0, quantity, 0, None, 0, identity.created_at)
