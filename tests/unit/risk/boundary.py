"""Every check at its limit: for each one, how to build a proposal that comes to exactly `limit + step` of the check's smallest unit."""

from collections.abc import Callable
from dataclasses import dataclass

from risk.domain.checks import Context, InstrumentTerms, Proposal, Reference
from risk.domain.limits import Rule
from schemas.enums import Reason
from schemas.units import ONE

NOW = 1_790_000_000_000_000
TICK, LOT = ONE // 100, ONE
BID, ASK = 100 * ONE, 100 * ONE + 2 * TICK
MID = BID + TICK
WIDE = {
    Rule.MAX_QUANTITY.value: 1_000_000 * ONE,
    Rule.MAX_NOTIONAL.value: 1_000_000_000 * ONE,
    Rule.PRICE_BAND.value: 50 * ONE,
    Rule.MAX_QUOTE_AGE.value: 5 * ONE,
    Rule.MAX_POSITION.value: 1_000_000 * ONE,
}
CALM = Context(
    now=NOW,
    kill=None,
    instrument=InstrumentTerms(TICK, LOT, 10_000_000 * ONE, tradable=True),
    reference=Reference(BID, ASK, NOW),
    limits=WIDE,
    position=0,
    working=0,
)


KINDS = ("limit", "market", "stop", "stop_limit", "trailing_stop")
FAR = 10 * TICK
"""How far beyond the touch the stops of these orders wait, and how far a trailing one stays behind."""


def proposal(
    kind: str = "limit", *, buy: bool = True, quantity: int = 10 * ONE, price: int | None = None, reduce: bool = False
) -> Proposal:
    """An order that passes everything in `CALM`; its limit or stop price is `price` where given."""
    stop = None
    if kind in ("stop", "stop_limit"):
        stop = ASK + FAR if buy else BID - FAR
    if kind in ("limit", "stop_limit"):
        price = price or stop or (ASK if buy else BID)
    offset = FAR if kind == "trailing_stop" else None
    return Proposal("IBM", buy, price, quantity, quantity, stop, offset, reduce)


def limited(rule: Rule, value: int) -> Context:
    """`CALM` with one limit changed."""
    return CALM._replace(limits=WIDE | {rule.value: value})


Build = Callable[[bool, str, int], tuple[Proposal, Context]]


@dataclass(frozen=True)
class Boundary:
    """`build(buy, kind, step)` gives an order that is `step` units beyond (or, negative, within) the limit."""

    code: Reason
    rule: str
    build: Build
    types: tuple[str, ...] = KINDS


def _instrument_quantity(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    terms = InstrumentTerms(TICK, 1, 500 * ONE, tradable=True)
    return proposal(kind, buy=buy, quantity=500 * ONE + step), CALM._replace(instrument=terms)


def _quantity(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    terms = InstrumentTerms(TICK, 1, 10_000 * ONE, tradable=True)
    context = limited(Rule.MAX_QUANTITY, 500 * ONE)._replace(instrument=terms)
    return proposal(kind, buy=buy, quantity=500 * ONE + step), context


def _age(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    return proposal(kind, buy=buy), CALM._replace(reference=Reference(BID, ASK, NOW - 5_000_000 - step))


JUDGED_AT = {
    (True, "limit"): ASK,
    (True, "market"): ASK,
    (True, "stop"): ASK + FAR,  # it acts there, not before
    (True, "stop_limit"): ASK + FAR,
    (True, "trailing_stop"): ASK + FAR,
    (False, "limit"): BID,
    (False, "market"): BID,
    (False, "stop"): BID,  # the market may fall to the stop, but the order is worth most here
    (False, "stop_limit"): BID - FAR,  # its limit
    (False, "trailing_stop"): BID + FAR,
}
"""The price each order of `proposal` is judged at, written down by hand."""


def _notional(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    order = proposal(kind, buy=buy)
    exact = JUDGED_AT[buy, kind] * order.quantity // ONE  # currency units of 1e-8: no remainder for whole lots
    return order, limited(Rule.MAX_NOTIONAL, exact - step)


def _band(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    context = limited(Rule.PRICE_BAND, 10 * ONE)._replace(instrument=InstrumentTerms(1, LOT, 10_000_000 * ONE, tradable=True))
    if kind == "market":  # a wide market: the far touch is exactly 10 % away
        half = MID // 10 + step
        return proposal(kind, buy=buy), context._replace(reference=Reference(MID - half, MID + half, NOW))
    start = MID if kind == "limit" else proposal(kind, buy=buy).stop_price
    away = start // 10 + step
    return proposal(kind, buy=buy, price=start + away if buy else start - away), context


def _position(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    held = 30 * ONE
    context = limited(Rule.MAX_POSITION, 100 * ONE)
    return proposal(kind, buy=buy), context._replace(position=held if buy else -held, working=60 * ONE + step)


def _reduce_only(buy: bool, kind: str, step: int) -> tuple[Proposal, Context]:
    held = 30 * ONE
    return proposal(kind, buy=buy, reduce=True), CALM._replace(position=-held if buy else held, working=20 * ONE + step)


BOUNDARIES: dict[str, Boundary] = {
    "instrument's largest quantity": Boundary(Reason.QUANTITY_TOO_LARGE, "instrument_max_quantity", _instrument_quantity),
    "max_quantity": Boundary(Reason.QUANTITY_TOO_LARGE, Rule.MAX_QUANTITY, _quantity),
    "max_quote_age": Boundary(Reason.PRICE_STALE, Rule.MAX_QUOTE_AGE, _age),
    "max_notional": Boundary(Reason.NOTIONAL_TOO_LARGE, Rule.MAX_NOTIONAL, _notional),
    "price_band": Boundary(Reason.PRICE_OUTSIDE_BAND, Rule.PRICE_BAND, _band, types=("limit", "market", "stop_limit")),
    "max_position": Boundary(Reason.POSITION_TOO_LARGE, Rule.MAX_POSITION, _position),
    "reduce_only": Boundary(Reason.REDUCE_ONLY_WOULD_OPEN, "reduce_only", _reduce_only),
}
