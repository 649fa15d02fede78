"""Why an order stands where it stands, in sentences: why it was filled, why not yet, where in the queue, what ended it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from schemas.enums import OrderStatus, OrderType, Phase, Side, TimeInForce
from schemas.units import grouped

STOPS = frozenset({OrderType.STOP.value, OrderType.STOP_LIMIT.value, OrderType.TRAILING_STOP.value})
_RESTING = frozenset({OrderStatus.NEW.value, OrderStatus.PARTIALLY_FILLED.value})
_TAKEN = {
    "maker": "rested until somebody came for it",
    "taker": "met what was resting at once",
    "auction": "took part in an auction",
}
_PHASES = {
    Phase.PRE_OPEN.value: "the market is before its opening: orders are collected and trade when it opens",
    Phase.AUCTION.value: "the market is in an auction: orders are collected and trade together at its one price",
    Phase.HALTED.value: "the market is halted: nothing trades until it resumes",
    Phase.CLOSED.value: "the market is closed: nothing trades until it opens",
}


class Ahead(NamedTuple):
    """What trades before it: quantity and orders at better prices, and earlier ones at its own. `whole`: every one there is was counted."""

    better_quantity: Decimal
    better_orders: int
    same_quantity: Decimal
    same_orders: int
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an order and its market. `filled` is quantity by liquidity; `opposite` the best price of the other side.

    `passed`: risk has answered it and let it through.
    """

    side: str
    type: str
    tif: str
    working: str
    symbol: str
    quantity: Decimal
    cum_quantity: Decimal
    leaves_quantity: Decimal
    seconds: int
    price: Decimal | None = None
    stop_price: Decimal | None = None
    triggered: bool = False
    average: str | None = None
    filled: dict[str, Decimal] = field(default_factory=dict)
    fills: int = 0
    phase: str = Phase.CONTINUOUS.value
    last: Decimal | None = None
    opposite: Decimal | None = None
    ahead: Ahead | None = None
    reject: dict[str, Any] | None = None
    ending: str = ""
    passed: bool = False

    @property
    def buys(self) -> bool:
        """The side as a question."""
        return self.side == Side.BUY.value

    @property
    def waits_for_stop(self) -> bool:
        """Whether it is a stop that no trade has elected yet."""
        return self.type in STOPS and not self.triggered

    @property
    def rests(self) -> bool:
        """Whether it is one of its book's orders."""
        return self.working in _RESTING and not self.waits_for_stop


def explain(facts: Facts) -> list[str]:
    """What is to be said, the most pressing first."""
    return [*_refused(facts), *_unanswered(facts), *_why_filled(facts), *_why_not_yet(facts), *_ended(facts)]


def _refused(facts: Facts) -> Iterator[str]:
    if facts.reject is None:
        return
    told = facts.reject
    measured = f" (limit {told['limit']}, actual {told['actual']})" if told.get("limit") or told.get("actual") else ""
    rule = f" by the rule {told['rule']}" if told.get("rule") else ""
    yield f"Refused{rule}{measured}: {told.get('message') or told.get('code')}."


def _unanswered(facts: Facts) -> Iterator[str]:
    if facts.working != OrderStatus.PENDING_NEW.value:
        return
    if facts.passed:
        yield f"Entered {facts.seconds} s ago; risk let it through, its market has not taken it yet: is matching behind, or paused?"
    else:
        yield f"Entered {facts.seconds} s ago, and risk has not answered yet: it is on its way through the outbox and the log."


def _why_filled(facts: Facts) -> Iterator[str]:
    if not facts.cum_quantity:
        return
    ways = ", ".join(f"{_text(quantity)} {_TAKEN.get(way, way)}" for way, quantity in sorted(facts.filled.items()) if quantity)
    part = "all of it" if facts.cum_quantity == facts.quantity else f"{_text(facts.cum_quantity)} of {_text(facts.quantity)}"
    times = "one fill" if facts.fills == 1 else f"{facts.fills} fills"
    yield f"Filled, {part}, in {times} at {facts.average} on average: {ways or 'see the fills'}."


def _why_not_yet(facts: Facts) -> Iterator[str]:
    if facts.working not in _RESTING:
        return
    if facts.phase in _PHASES:
        yield f"Not filled yet: {_PHASES[facts.phase]}."
    if facts.tif == TimeInForce.AT_CLOSE.value and facts.phase == Phase.CONTINUOUS.value:
        yield "Not filled yet: it waits, parked, for the closing auction."
    elif facts.waits_for_stop:
        yield _stop(facts)
    elif facts.phase == Phase.CONTINUOUS.value:
        yield _away(facts)
    if facts.rests and facts.ahead is not None:
        yield _queue(facts, facts.ahead)


def _stop(facts: Facts) -> str:
    way = "at or above" if facts.buys else "at or below"
    last = "no trade yet" if facts.last is None else f"the last was at {_text(facts.last)}"
    return f"Not active yet: it waits for a trade {way} {_text(facts.stop_price)}; {last}."


def _away(facts: Facts) -> str:
    if facts.opposite is None:
        return f"Not filled yet: nobody {'sells' if facts.buys else 'buys'} {facts.symbol} in our book at present."
    price = facts.price if facts.price is not None else facts.opposite
    gap = facts.opposite - price if facts.buys else price - facts.opposite
    other = "offer" if facts.buys else "bid"
    return f"Not filled yet: the best {other} is {_text(facts.opposite)}, {_text(gap)} from its limit of {_text(price)}."


def _queue(facts: Facts, ahead: Ahead) -> str:
    if not ahead.better_orders and not ahead.same_orders:
        return f"First in the queue: the next {'seller' if facts.buys else 'buyer'} at {_text(facts.price)} trades with it."
    better = f"{_counted(ahead.better_orders)} for {_text(ahead.better_quantity)} at better prices"
    more = "" if ahead.whole else "at least "
    same = f"{more}{_counted(ahead.same_orders)} for {_text(ahead.same_quantity)} before it at {_text(facts.price)}"
    parts = [part for part, orders in ((better, ahead.better_orders), (same, ahead.same_orders)) if orders]
    return f"In the queue: {' and '.join(parts)}."


def _ended(facts: Facts) -> Iterator[str]:
    if facts.ending:
        yield facts.ending


def _counted(orders: int) -> str:
    return "one order" if orders == 1 else f"{orders} orders"


def _text(value: Decimal | None) -> str:
    if value is None:
        return "-"
    written = f"{value:f}"
    return grouped(written.rstrip("0").rstrip(".") if "." in written else written)
