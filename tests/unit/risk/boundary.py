"""Every check at its limit: for each one, how to build a proposal that comes to exactly `limit + step` of the check's smallest unit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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


def proposal(*, buy: bool = True, market: bool = False, quantity: int = 10 * ONE, price: int | None = None) -> Proposal:
    """An order that passes everything in `CALM`."""
    limit = None if market else (price or (ASK if buy else BID))
    return Proposal("IBM", buy, limit, quantity, quantity)


def limited(rule: Rule, value: int) -> Context:
    """`CALM` with one limit changed."""
    return replace(CALM, limits=WIDE | {rule.value: value})


Build = Callable[[bool, bool, int], tuple[Proposal, Context]]


@dataclass(frozen=True)
class Boundary:
    """`build(buy, market, step)` gives an order that is `step` units beyond (or, negative, within) the limit."""

    code: Reason
    rule: str
    build: Build
    types: tuple[str, ...] = ("limit", "market")


def _instrument_quantity(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    terms = InstrumentTerms(TICK, 1, 500 * ONE, tradable=True)
    return proposal(buy=buy, market=market, quantity=500 * ONE + step), replace(CALM, instrument=terms)


def _quantity(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    terms = InstrumentTerms(TICK, 1, 10_000 * ONE, tradable=True)
    context = replace(limited(Rule.MAX_QUANTITY, 500 * ONE), instrument=terms)
    return proposal(buy=buy, market=market, quantity=500 * ONE + step), context


def _age(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    return proposal(buy=buy, market=market), replace(CALM, reference=Reference(BID, ASK, NOW - 5_000_000 - step))


def _notional(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    order = proposal(buy=buy, market=market)
    price = ASK if buy else BID
    exact = price * order.quantity // ONE  # currency units of 1e-8: no remainder for whole lots
    return order, limited(Rule.MAX_NOTIONAL, exact - step)


def _band(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    terms = InstrumentTerms(1, LOT, 10_000_000 * ONE, tradable=True)
    if market:  # a wide market: the far touch is exactly 10 % away
        half = MID // 10 + step
        return proposal(buy=buy, market=True), replace(
            limited(Rule.PRICE_BAND, 10 * ONE), reference=Reference(MID - half, MID + half, NOW), instrument=terms
        )
    away = MID // 10 + step
    order = proposal(buy=buy, price=MID + away if buy else MID - away)
    return order, replace(limited(Rule.PRICE_BAND, 10 * ONE), instrument=terms)


def _position(buy: bool, market: bool, step: int) -> tuple[Proposal, Context]:
    order = proposal(buy=buy, market=market)
    held = 30 * ONE
    context = limited(Rule.MAX_POSITION, 100 * ONE)
    working = 60 * ONE + step
    return order, replace(context, position=held if buy else -held, working=working)


BOUNDARIES: dict[str, Boundary] = {
    "instrument's largest quantity": Boundary(Reason.QUANTITY_TOO_LARGE, "instrument_max_quantity", _instrument_quantity),
    "max_quantity": Boundary(Reason.QUANTITY_TOO_LARGE, Rule.MAX_QUANTITY, _quantity),
    "max_quote_age": Boundary(Reason.PRICE_STALE, Rule.MAX_QUOTE_AGE, _age),
    "max_notional": Boundary(Reason.NOTIONAL_TOO_LARGE, Rule.MAX_NOTIONAL, _notional),
    "price_band": Boundary(Reason.PRICE_OUTSIDE_BAND, Rule.PRICE_BAND, _band),
    "max_position": Boundary(Reason.POSITION_TOO_LARGE, Rule.MAX_POSITION, _position),
}
