"""An order as its executions have made it. Quantities and prices in 1e-8, notional in 1e-16, times in microseconds since the epoch."""

from typing import Any, NamedTuple

from schemas.enums import OrderStatus, SelfTradePrevention
from schemas.messages import Conditions

OPEN = (OrderStatus.PENDING_NEW.value, OrderStatus.NEW.value, OrderStatus.PARTIALLY_FILLED.value)
"""Working statuses of an order that may still trade."""

SYSTEM = "system"
"""Source of an order that came to the log without our intake, as the house's do."""


class Identity(NamedTuple):
    """What never changes in an order's life. `trade_date` is the business date it was entered for, `source` the door it came through."""

    id: str
    client_order_id: str | None
    account: str
    symbol: str
    side: str
    type: str
    tif: str
    created_at: int
    trade_date: str | None = None
    source: str = SYSTEM


class Extras(NamedTuple):
    """What a plain order does not have: its conditions as they stand, and what became of it outside continuous trading.

    `triggered` once a stop acts; `done_for_day` and `suspended` while the market sleeps or is halted; `prior_cum` is what was filled
    before the present business day.
    """

    stop_price: int | None = None
    trail_offset: int | None = None
    display_quantity: int | None = None
    expire_date: str | None = None
    post_only: bool = False
    reduce_only: bool = False
    self_trade_prevention: str | None = None
    triggered: bool = False
    done_for_day: bool = False
    suspended: bool = False
    prior_cum: int = 0


PLAIN = Extras()
"""Of nearly every order: told apart by identity, so that it costs nothing."""


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
    extras: Extras = PLAIN

    @property
    def status(self) -> str:
        """The reported status (FIX OrdStatus, tag 39): of all that hold, the one of highest precedence."""
        if self.cancel_pending:
            return "pending_cancel"
        if self.replaces_pending:
            return "pending_replace"
        extras = self.extras
        if extras is not PLAIN and self.working in OPEN:
            if extras.done_for_day:
                return "done_for_day"
            if extras.suspended:
                return "suspended"
        return self.working

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.working in OPEN


def canonical(extras: Extras) -> Extras:
    """The one and only `PLAIN` for extras that say nothing."""
    return PLAIN if extras == PLAIN else extras


def extras_of(conditions: Conditions | None) -> Extras:
    """What an order that asks for these conditions has to begin with."""
    if conditions is None:
        return PLAIN
    prevention = conditions.self_trade_prevention
    return canonical(
        Extras(
            conditions.stop_price,
            conditions.trail_offset,
            conditions.display_quantity,
            conditions.expire_date,
            conditions.post_only,
            conditions.reduce_only,
            None if prevention == SelfTradePrevention.NONE else prevention,
        )
    )


def entered(identity: Identity, quantity: int, price: int | None, extras: Extras = PLAIN) -> OrderState:
    """An order as intake stores it, before its first event."""
    return OrderState(identity, quantity, price, OPEN[0], False, 0, 0, quantity, 0, None, 0, identity.created_at, extras)
