"""What the engine answers to a command, in the order it happened. One record per fact; quantities and prices are integers of 1e-8.

The orders inside go on living: whatever may change later (leaves, terms) is in the event as it was at that moment.
"""

from typing import NamedTuple

from matching.domain.orders import Order


class Accepted(NamedTuple):
    """The order is in force (FIX ExecType New)."""

    order: Order


class Traded(NamedTuple):
    """One match at the resting order's price. The leaves are those after it; `seq` counts the symbol's trades from 1."""

    taker: Order
    maker: Order
    quantity: int
    price: int
    taker_leaves: int
    maker_leaves: int
    seq: int


class Canceled(NamedTuple):
    """The order is closed; `leaves` was open and is gone. `reason` is a `schemas.enums.Reason` or the word of the command."""

    order: Order
    leaves: int
    reason: str


class Replaced(NamedTuple):
    """The order has new terms; `leaves` as before it trades again, 0 when the new total closed it."""

    order: Order
    leaves: int
    kept_priority: bool


class Rejected(NamedTuple):
    """A new order was refused; nothing changed."""

    id: str
    code: str


class CancelRejected(NamedTuple):
    """A cancel was refused; `order` is the closed order when it is still remembered."""

    id: str
    code: str
    order: Order | None


class ReplaceRejected(NamedTuple):
    """A replace was refused; `order` is the untouched open order, or the closed one when it is still remembered."""

    id: str
    code: str
    order: Order | None


Event = Accepted | Traded | Canceled | Replaced | Rejected | CancelRejected | ReplaceRejected
