"""What is judged and against what: a proposal, its context, and what a check finds.

Prices and quantities are integers of 1e-8, values of 1e-16 (`schemas.units`), times microseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from risk.domain.ahead import NOTHING, Ahead
from risk.domain.controls import Controls, Names
from risk.domain.exposure import AccountState
from risk.domain.holding import Holding
from risk.domain.instrument import InstrumentTerms, Reference
from risk.domain.limit_table import Limits
from risk.domain.settings_in_force import InForce
from schemas.enums import Reason


@dataclass(frozen=True, slots=True)
class Breach:
    """Why an order is refused: code, the rule and its limit, what it came to (plain decimal text), and a message with the remedy."""

    code: Reason
    rule: str
    limit: str | None
    actual: str | None
    message: str


class Noted(NamedTuple):
    """What passes and is recorded all the same, as it may be worth a look: an order in a watched symbol."""

    limit: int | None = None
    actual: int | None = None


Passed = tuple[int | None, int | None]
"""Limit and actual of what passes, each in 1e-8 of the rule's unit; None where there is nothing to measure."""
PASSED: Passed = (None, None)

Finding = Passed | Noted | Breach | None
"""What a check finds; None when it is not asked about such an order."""


class Proposal(NamedTuple):
    """The order as it would stand: a new one, or one replaced. `open_quantity` is what may still trade, `waits` whether for a trigger.

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
    type: str = "limit"
    client_order_id: str | None = None
    waits: bool = False
    side: str = "buy"


class Context(NamedTuple):
    """What a proposal is judged against.

    `now` is the moment of the decision, `at` the one the command was written at, `day` the account's business date. `position` is the
    account's in the symbol (short is negative), with what was taken over by hand; `working` the open quantity of its other orders on the
    same side, `worst` the position on that side were they and this one filled. `price` is what the order is judged at (None without the
    quote it takes), `value` what may still trade at that price, `freed` what the order reserves already where it is replaced.
    `day_reference` is the reference of the day, `elsewhere` the loss of the day in other symbols (1e-8 of the account's currency; a breach
    where it cannot be told). `new` says that the order is new, `asked` that a client asks and not the desk, `foreign` that accounts and
    instruments are not all of one currency. `ahead` has the kills whose turn in the log has not come yet.
    """

    now: int
    at: int
    day: str
    names: Names
    controls: Controls
    set: InForce
    account: AccountState
    holding: Holding
    instrument: InstrumentTerms | None
    reference: Reference | None
    limits: Limits
    position: int
    working: int
    worst: int
    price: int | None
    value: int
    day_reference: int | None = None
    elsewhere: int | Breach = 0
    freed: int = 0
    new: bool = True
    asked: bool = True
    foreign: bool = False
    ahead: Ahead = NOTHING


Check = Callable[[Proposal, Context], Finding]


def room_to_reduce(order: Proposal, context: Context) -> int:
    """How much an order may trade without opening anything, were every other open order of its side filled first."""
    held = -context.position if order.buy else context.position
    return max(held - context.working, 0)
