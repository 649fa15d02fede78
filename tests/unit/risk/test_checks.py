"""Every check at limit - 1, limit and limit + 1, both sides, every type, new and replaced; and what is missing rejects."""

from dataclasses import replace
from itertools import product

import pytest

from risk.domain.catalog import LINES
from risk.domain.checks import CHECKS
from risk.domain.instrument import InstrumentTerms, Reference
from risk.domain.limits import OPTIONAL, Rule
from schemas.enums import CommandType, Reason
from schemas.units import ONE, format_units
from tests.unit.risk.boundary import ACCOUNT, ASK, BID, BOUNDARIES, FAR, JUDGED_AT, KINDS, LOT, MID, NOW, TICK, WIDE, Scene
from tests.unit.risk.pairs import PAIRS, scene_of

TABLE = [
    pytest.param(name, buy, kind, step, amend, id=f"{name}-{'buy' if buy else 'sell'}-{kind}-{step:+d}-{'replace' if amend else 'new'}")
    for name, step in product(BOUNDARIES, (-1, 0, 1))
    for buy, kind, amend in product(BOUNDARIES[name].sides, BOUNDARIES[name].kinds, BOUNDARIES[name].amends)
    if not (amend and kind == "market")  # a market order never rests, so nothing replaces it
]
SIDES = pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])


@pytest.mark.parametrize(("name", "buy", "kind", "step", "amend"), TABLE)
def test_one_unit_beyond_the_limit_is_refused_and_the_limit_itself_passes(name, buy, kind, step, amend) -> None:
    boundary, scene = BOUNDARIES[name], Scene(buy, kind, amend)
    boundary.build(scene, step)
    decision = scene.decide()
    rule, outcome, limit, actual = next(result for result in decision.results if result[0] == name)
    if step <= 0:
        assert decision.breach is None
        assert outcome == "p"
        assert limit is not None
        assert actual <= limit
        assert actual == limit or step < 0
        return
    breach = decision.breach
    assert (breach.code, breach.rule, rule, outcome) == (boundary.code, boundary.rule, name, "f")
    assert (breach.limit, decision.results[-1][0]) == (format_units(limit), name)
    assert breach.actual is not None
    assert actual > limit, "what was measured is told beyond the limit, never rounded onto it"
    assert breach.message


def test_each_check_has_a_boundary_or_a_pair() -> None:
    """What measures something is asked at its limit, everything else with what it refuses and what it lets pass."""
    measuring = {line.rule for line in LINES if line.limits and not line.by} | {"instrument_max_quantity", "reduce_only", "locate"}
    assert measuring - {Rule.MAX_EXECUTIONS_RATE} == set(BOUNDARIES), "a burst of fills is measured when they happen"
    assert set(BOUNDARIES) | {pair.rule for pair in PAIRS.values()} == {rule for rule, _ in CHECKS}
    refusing = {code for line in LINES if not line.by and line.rule not in BOUNDARIES for code in line.codes}
    assert {pair.code for pair in PAIRS.values()} == refusing


PAIR_TABLE = [
    pytest.param(name, buy, kind, amend, id=f"{name}-{'buy' if buy else 'sell'}-{kind}-{'replace' if amend else 'new'}")
    for name, pair in PAIRS.items()
    for buy, kind, amend in product((True, False), pair.kinds, pair.amends)
    if not (amend and kind == "market")
]


@pytest.mark.parametrize(("name", "buy", "kind", "amend"), PAIR_TABLE)
def test_what_is_refused_and_the_nearest_that_passes(name: str, buy: bool, kind: str, amend: bool) -> None:
    pair = PAIRS[name]
    breach = scene_of(pair, buy, kind, amend, refused=True).decide().breach
    assert (breach.code, breach.rule) == (pair.code, pair.rule)
    passed = scene_of(pair, buy, kind, amend, refused=False).decide()
    assert passed.breach is None
    assert pair.rule in [rule for rule, *_ in passed.results]


def test_the_checks_run_in_the_order_of_the_catalog() -> None:
    assert [rule for rule, _ in CHECKS] == [line.rule for line in LINES if not line.by]


@pytest.mark.parametrize("amend", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@SIDES
def test_everything_that_is_asked_is_recorded_in_the_order_of_the_checks(buy: bool, kind: str, amend: bool) -> None:
    if amend and kind == "market":
        return
    decision = Scene(buy, kind, amend).decide()
    assert decision.breach is None
    order = [rule for rule, _ in CHECKS]
    recorded = [rule for rule, *_ in decision.results]
    assert recorded == sorted(recorded, key=order.index)
    assert {"kill", "instrument", "tick", "lot", "max_quantity", "max_notional", "max_position", "max_daily_loss"} < set(recorded)
    assert decision.price == JUDGED_AT[buy, kind]


@pytest.mark.parametrize("rule", [Rule(name) for name in WIDE])
def test_a_missing_limit_refuses(rule: Rule) -> None:
    scene = Scene(True, "limit")
    scene.limit(rule, None)
    breach = scene.decide().breach
    assert (breach.code, breach.rule) == (Reason.LIMIT_MISSING, rule)


@pytest.mark.parametrize("rule", sorted(OPTIONAL))
def test_an_optional_limit_that_is_missing_is_not_asked_for(rule: str) -> None:
    decision = Scene(True, "limit").decide()
    assert decision.breach is None
    assert rule not in [name for name, *_ in decision.results]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"instrument": None}, Reason.INSTRUMENT_UNKNOWN),
        ({"instrument": InstrumentTerms(TICK, LOT, ONE, tradable=False)}, Reason.INSTRUMENT_NOT_TRADABLE),
        ({"references": {}}, Reason.PRICE_MISSING),
        ({"references": {"IBM": Reference(BID, ASK, NOW + 60_000_000)}}, Reason.PRICE_STALE),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_or_not_open_refuses(change, code, kind) -> None:
    assert replace(Scene(True, kind), **change).decide().breach.code == code


@pytest.mark.parametrize("kind", KINDS)
@SIDES
def test_each_check_that_needs_a_quote_fails_closed_without_one(buy: bool, kind: str) -> None:
    """Also when the check before it, of the quote's age, is switched off."""
    scene = replace(Scene(buy, kind), references={})
    refused_by = []
    while (breach := scene.decide().breach) is not None:
        assert breach.code == Reason.PRICE_MISSING
        refused_by.append(str(scene.decide().results[-1][0]))
        scene.control(scope="rule", key=refused_by[-1], details={"mode": "off"})
    assert {"max_quote_age", "max_daily_loss"} <= set(refused_by)
    assert ("max_notional" in refused_by) == (kind not in ("limit", "stop_limit"))


@pytest.mark.parametrize("price", [BID + 1, BID - 1, BID + TICK // 2])
def test_a_price_off_the_tick_names_the_two_nearest(price) -> None:
    breach = replace(Scene(True, "limit"), price=price)
    breach.price = price
    breach = breach.decide().breach
    assert breach.code == Reason.PRICE_OFF_TICK
    assert "use " in breach.message


@pytest.mark.parametrize("stop", [ASK + 1, 0])
def test_a_stop_price_is_on_the_tick(stop) -> None:
    scene = Scene(True, "stop")
    scene.stop_price = stop
    breach = scene.decide().breach
    assert (breach.code, breach.rule) == (Reason.PRICE_OFF_TICK, "tick")
    assert "stop price" in breach.message


def test_a_trail_offset_is_on_the_tick() -> None:
    scene = Scene(True, "trailing_stop")
    scene.instrument = InstrumentTerms(FAR + TICK, LOT, 10_000_000 * ONE, tradable=True)
    breach = scene.decide().breach
    assert (breach.code, breach.rule) == (Reason.PRICE_OFF_TICK, "tick")
    assert "trail offset" in breach.message


def test_a_stop_may_wait_farther_from_the_market_than_a_limit_may_be() -> None:
    for kind, price in (("stop", None), ("stop_limit", ASK * 3), ("limit", ASK * 3)):
        scene = Scene(True, kind)
        scene.limit(Rule.PRICE_BAND, ONE)
        scene.price = price
        scene.stop_price = scene.stop_price and ASK * 3
        breach = scene.decide().breach
        assert (breach is None) == (kind != "limit")


def test_a_sell_stop_above_the_market_is_judged_at_its_stop() -> None:
    scene = Scene(False, "stop")
    scene.stop_price = ASK * 2
    assert scene.decide().price == ASK * 2


@pytest.mark.parametrize(("band", "finger", "price"), [(50, 10, ASK * 11 // 10), (10, 50, MID * 11 // 10)])
def test_a_market_buy_is_judged_at_the_tighter_of_its_two_protections(band: int, finger: int, price: int) -> None:
    scene = Scene(True, "market")
    scene.limit(Rule.PRICE_BAND, band * ONE)
    scene.limit(Rule.FAT_FINGER, finger * ONE)
    assert scene.decide().price == price - price % TICK


@SIDES
def test_a_reduce_only_order_with_nothing_to_reduce_is_refused(buy) -> None:
    for held in (0, 30 * ONE if buy else -30 * ONE):
        scene = replace(Scene(buy, "limit"), reduce_only=True)
        scene.hold(held)
        breach = scene.decide().breach
        assert (breach.code, breach.limit, breach.actual) == (Reason.REDUCE_ONLY_WOULD_OPEN, "0", "10")


@pytest.mark.parametrize("quantity", [LOT - 1, LOT + 1, LOT // 2])
def test_a_part_of_a_lot_is_refused(quantity) -> None:
    assert replace(Scene(True, "limit"), quantity=quantity).decide().breach.code == Reason.QUANTITY_OFF_LOT


def test_the_first_breach_in_the_order_of_the_checks_wins() -> None:
    scene = replace(Scene(True, "limit"), quantity=1, references={})
    scene.control(CommandType.KILL, scope="firm", value=1, reason="drill")
    decision = scene.decide()
    assert decision.breach.rule == "kill"
    assert decision.results[-1][:2] == ("kill", "f")
    scene.control(CommandType.KILL, scope="firm", value=0, command_id=9)
    assert scene.decide().breach.rule == "lot"


def test_a_sell_out_of_a_too_long_position_passes() -> None:
    scenes = [Scene(buy, "limit", quantity=quantity) for buy, quantity in ((False, 8 * ONE), (True, ONE), (False, 14 * ONE))]
    for scene in scenes:
        scene.limit(Rule.MAX_POSITION, 5 * ONE)
        scene.hold(8 * ONE)
    codes = [scene.decide().breach for scene in scenes]
    assert codes[0] is None
    assert codes[1].code == codes[2].code == Reason.POSITION_TOO_LARGE


def test_an_account_of_the_table_is_the_one_that_is_judged() -> None:
    scene = Scene(True, "limit")
    scene.controls.limits.set("account", ACCOUNT, "max_quantity", LOT)
    assert scene.decide().breach.limit == "1"
