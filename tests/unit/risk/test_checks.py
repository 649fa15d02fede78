"""Every check at limit - 1, limit and limit + 1, both sides, every type, new and replaced; and what is missing rejects."""

from itertools import product

import pytest

from risk.domain.checks import CHECKS, InstrumentTerms, Reference, first_breach, worst_price
from risk.domain.controls import Controls
from risk.domain.decide import Market, judge_replace
from risk.domain.exposure import AccountState
from risk.domain.limits import Rule
from risk.domain.open_order import OpenOrder, Terms
from schemas.enums import Reason
from schemas.messages import Conditions
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, BOUNDARIES, CALM, KINDS, LOT, NOW, TICK, WIDE, limited, proposal

TABLE = [
    pytest.param(name, buy, kind, step, amend, id=f"{name}-{'buy' if buy else 'sell'}-{kind}-{step:+d}-{amend}")
    for name, buy, step, amend in product(BOUNDARIES, (True, False), (-1, 0, 1), ("new", "replace"))
    for kind in BOUNDARIES[name].types
    if not (amend == "replace" and kind == "market")  # a market order never rests, so nothing replaces it
]


@pytest.mark.parametrize(("name", "buy", "kind", "step", "amend"), TABLE)
def test_one_unit_beyond_the_limit_is_refused_and_the_limit_itself_passes(name, buy, kind, step, amend) -> None:
    boundary = BOUNDARIES[name]
    order, context = boundary.build(buy, kind, step)
    breach = _judge_new(order, context) if amend == "new" else _judge_replace(kind, order, context)
    if step <= 0:
        assert breach is None
        return
    assert (breach.code, breach.rule) == (boundary.code, boundary.rule)
    assert breach.limit is not None
    assert breach.actual is not None
    assert breach.message


def _judge_new(order, context):
    return first_breach(order, context)


def _judge_replace(kind, order, context):
    """The same order as the result of a replace that doubles its quantity: judged by the same checks on the resulting exposure."""
    controls = Controls()
    controls.instruments["IBM"] = context.instrument
    for rule, value in context.limits.items():
        controls.limits.set("firm", "", rule, value)
    account = AccountState()
    if context.position:
        account.positions["IBM"] = context.position
    side = "buy" if order.buy else "sell"
    half = order.quantity // 2
    asks = Conditions(stop_price=order.stop_price, trail_offset=order.trail_offset, reduce_only=order.reduce_only)
    resting = OpenOrder("O1", "IBM", side, kind, "day", half, order.price, None, 0, half, conditions=asks)
    others = OpenOrder("O2", "IBM", side, "limit", "day", context.working or 1, order.price, None, 0, context.working)
    for opened in (resting, others):
        account.orders[opened.id] = opened
        account._reserve(opened, opened.leaves)
    market = Market(controls, {"IBM": context.reference}, context.now)
    return judge_replace(account, resting, "ACME-1", Terms(order.quantity, order.price, order.stop_price), market)


@pytest.mark.parametrize("rule", [Rule(name) for name in WIDE])
def test_a_missing_limit_refuses(rule) -> None:
    context = CALM._replace(limits={name: value for name, value in WIDE.items() if name != rule.value})
    breach = first_breach(proposal(), context)
    assert (breach.code, breach.rule) == (Reason.LIMIT_MISSING, rule)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"instrument": None}, Reason.INSTRUMENT_UNKNOWN),
        ({"instrument": InstrumentTerms(TICK, LOT, ONE, tradable=False)}, Reason.INSTRUMENT_NOT_TRADABLE),
        ({"reference": None}, Reason.PRICE_MISSING),
        ({"kill": "the whole firm (drill)"}, Reason.RISK_KILLED),
        ({"reference": Reference(BID, ASK, NOW + 60_000_000)}, Reason.PRICE_STALE),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_or_not_open_refuses(change, code, kind) -> None:
    assert first_breach(proposal(kind), CALM._replace(**change)).code == code


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_each_check_alone_fails_closed_when_everything_is_missing(check) -> None:
    nothing = CALM._replace(kill="x", instrument=None, reference=None, limits={})
    assert check(proposal("market", reduce=True), nothing) is not None


@pytest.mark.parametrize("price", [BID + 1, BID - 1, BID + TICK // 2])
def test_a_price_off_the_tick_names_the_two_nearest(price) -> None:
    breach = first_breach(proposal(price=price), CALM)
    assert breach.code == Reason.PRICE_OFF_TICK
    assert "use " in breach.message


@pytest.mark.parametrize("wrong", [{"stop_price": ASK + 1}, {"stop_price": 0}, {"stop_price": None, "trail_offset": TICK - 1}])
def test_a_stop_price_and_an_offset_are_on_the_tick(wrong) -> None:
    breach = first_breach(proposal("stop")._replace(**wrong), CALM)
    assert (breach.code, breach.rule) == (Reason.PRICE_OFF_TICK, "tick")
    assert "stop price" in breach.message or "trail offset" in breach.message


def test_a_stop_may_wait_far_from_the_market_and_a_limit_may_not() -> None:
    tight = limited(Rule.PRICE_BAND, ONE)
    far = ASK * 3
    assert first_breach(proposal("stop")._replace(stop_price=far), tight) is None
    assert first_breach(proposal("stop_limit", price=far)._replace(stop_price=far), tight) is None
    assert first_breach(proposal("trailing_stop")._replace(trail_offset=ASK // 2), tight) is None
    assert first_breach(proposal("limit", price=far), tight).code == Reason.PRICE_OUTSIDE_BAND


def test_a_sell_stop_above_the_market_is_judged_at_its_stop() -> None:
    order = proposal("stop", buy=False)._replace(stop_price=ASK * 2)
    assert worst_price(order, CALM) == ASK * 2


@pytest.mark.parametrize("buy", [True, False])
def test_a_reduce_only_order_with_nothing_to_reduce_is_refused(buy) -> None:
    same_side = CALM._replace(position=30 * ONE if buy else -30 * ONE)
    for context in (CALM, same_side):
        breach = first_breach(proposal(buy=buy, reduce=True), context)
        assert (breach.code, breach.limit, breach.actual) == (Reason.REDUCE_ONLY_WOULD_OPEN, "0", "10")


@pytest.mark.parametrize("quantity", [LOT - 1, LOT + 1, LOT // 2])
def test_a_part_of_a_lot_is_refused(quantity) -> None:
    assert first_breach(proposal(quantity=quantity), CALM).code == Reason.QUANTITY_OFF_LOT


def test_the_first_breach_in_the_order_of_the_checks_wins() -> None:
    everything_wrong = CALM._replace(kill="the whole firm (drill)", limits={}, reference=None)
    assert first_breach(proposal(quantity=1), everything_wrong).rule == "kill"
    assert first_breach(proposal(quantity=1), everything_wrong._replace(kill=None)).rule == "lot"


def test_a_sell_out_of_a_too_long_position_passes() -> None:
    tight = WIDE | {Rule.MAX_POSITION.value: 5 * ONE}
    context = CALM._replace(limits=tight, position=8 * ONE)
    assert first_breach(proposal(buy=False, quantity=8 * ONE), context) is None
    assert first_breach(proposal(buy=True, quantity=ONE), context).code == Reason.POSITION_TOO_LARGE
    assert first_breach(proposal(buy=False, quantity=14 * ONE), context).code == Reason.POSITION_TOO_LARGE


def test_what_was_measured_is_told_beyond_the_limit_never_rounded_onto_it() -> None:
    order, context = BOUNDARIES["price_band"].build(True, "limit", 1)
    breach = first_breach(order, context)
    assert breach.limit == "10"
    assert breach.actual > "10"
