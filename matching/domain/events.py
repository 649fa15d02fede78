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


class Uncrossed(NamedTuple):
    """One match of an auction, at the auction's price; neither side was there first. Otherwise as `Traded`."""

    buy: Order
    sell: Order
    quantity: int
    price: int
    buy_leaves: int
    sell_leaves: int
    seq: int


class Canceled(NamedTuple):
    """The order is closed; `leaves` was open and is gone. `reason` is a `schemas.enums.Reason` or the word of the command."""

    order: Order
    leaves: int
    reason: str


class Expired(NamedTuple):
    """The order's time is over; `leaves` was open and is gone."""

    order: Order
    leaves: int
    reason: str


class Replaced(NamedTuple):
    """The order has new terms as asked for; `leaves` as before it trades again, 0 when the new `quantity` closed it."""

    order: Order
    leaves: int
    kept_priority: bool
    quantity: int


class Restated(NamedTuple):
    """The order stands changed without a request of its client (FIX ExecType Restated), and why.

    Self-trade prevention took quantity off both sides (`self_trade`), the desk changed terms (`desk_change`), a halt or a night is over
    (`market_resumed`, `new_day`). `quantity` is the total then, `taken` what self-trade prevention took off it.
    """

    order: Order
    leaves: int
    kept_priority: bool
    reason: str
    quantity: int
    taken: int = 0


class Triggered(NamedTuple):
    """A parked stop acts now: what follows is what it does. `leaves` is what is left of it before."""

    order: Order
    leaves: int


class Suspended(NamedTuple):
    """The market is halted: the order stays where it is and does not trade."""

    order: Order
    leaves: int


class DoneForDay(NamedTuple):
    """The order's day is over; it stands again tomorrow."""

    order: Order
    leaves: int


class TradeChanged(NamedTuple):
    """A fill of the order was busted (`quantity` 0, `price` None) or corrected; `cum` and `leaves` are those after it."""

    order: Order
    trade_id: str
    quantity: int
    price: int | None
    cum: int
    leaves: int


class PhaseChanged(NamedTuple):
    """The market of a symbol is in another phase, and who or what made it so."""

    symbol: str
    phase: str
    auction: str | None
    reason: str


class Rejected(NamedTuple):
    """A new order was refused; nothing changed."""

    id: str
    code: str


class CancelRejected(NamedTuple):
    """A cancel was refused; `order` is the one of this id as far as it is remembered, with what it has open."""

    id: str
    code: str
    order: Order | None
    leaves: int = 0


class ReplaceRejected(NamedTuple):
    """A replace was refused; `order` is the untouched open order, or the closed one as far as it is remembered, with what it has open."""

    id: str
    code: str
    order: Order | None
    leaves: int = 0


Event = (
    Accepted
    | Traded
    | Uncrossed
    | Canceled
    | Expired
    | Replaced
    | Restated
    | Triggered
    | Suspended
    | DoneForDay
    | TradeChanged
    | PhaseChanged
    | Rejected
    | CancelRejected
    | ReplaceRejected
)
