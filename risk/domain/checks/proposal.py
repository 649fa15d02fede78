"""What is judged and against what: a proposal, its context, and what a breach says.

Prices and quantities are integers of 1e-8, notionals of 1e-16, times microseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.enums import Reason


@dataclass(frozen=True, slots=True)
class Breach:
    """Why an order is refused: code, the rule and its limit, what it came to (plain decimal text), and a message with the remedy."""

    code: Reason
    rule: str
    limit: str | None
    actual: str | None
    message: str


class Proposal(NamedTuple):
    """The order as it would stand: a new one, or one replaced. `open_quantity` is what may still trade.

    `price` None has no limit: a market order, or a stop that becomes one. `stop_price` and `trail_offset` are those of an order that waits
    for its trigger: a stop that has been triggered has none.
    """

    symbol: str
    buy: bool
    price: int | None
    quantity: int
    open_quantity: int
    stop_price: int | None = None
    trail_offset: int | None = None
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class InstrumentTerms:
    """What risk needs to know of an instrument."""

    tick: int
    lot: int
    max_quantity: int
    tradable: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The newest good quote, and when the broker got it."""

    bid: int
    ask: int
    time: int


class Context(NamedTuple):
    """What a proposal is judged against.

    `kill` says what is killed and why, None when nothing is. `limits` are the tightest by rule. `position` is the account's
    in the symbol (short is negative), `working` the open quantity of its other orders on the same side.
    """

    now: int
    kill: str | None
    instrument: InstrumentTerms | None
    reference: Reference | None
    limits: Mapping[str, int]
    position: int
    working: int


Check = Callable[[Proposal, Context], Breach | None]


def worst_price(order: Proposal, context: Context) -> int | None:
    """The price at which the order's value is judged; None without the quote it takes.

    An order with a limit is judged at it, also while it waits as a stop-limit. Without one it is the far touch (ask to buy, bid to sell)
    for a market order, that or the stop price for a stop, whichever is more, and the far touch plus the offset for a trailing stop, as the
    market may move that far before it acts.
    """
    if order.price is not None:
        return order.price
    reference = context.reference
    if reference is None:
        return None
    touch = reference.ask if order.buy else reference.bid
    if order.stop_price is not None:
        return max(order.stop_price, touch)
    return touch if order.trail_offset is None else touch + order.trail_offset
