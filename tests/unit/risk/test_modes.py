"""Rules that are not enforced: shadow records, off is not asked, a bypass lets pass until its hard expiry; limits with dates."""

import pytest

from risk.domain.catalog import BY_RULE, MODED
from risk.domain.controls import ControlInvalid
from risk.domain.decisions import results_of
from schemas.enums import CommandType, ExecType, Reason
from schemas.units import ONE
from tests.unit.risk.boundary import BOUNDARIES, NOW, Scene
from tests.unit.risk.desk import Desk

BREAKING = [name for name in BOUNDARIES if name in MODED]


def broken(name: str) -> Scene:
    """A scene in which one order is one unit beyond a limit."""
    boundary = BOUNDARIES[name]
    scene = Scene(boundary.sides[0], boundary.kinds[0])
    boundary.build(scene, 1)
    return scene


def letter_of(scene: Scene, name: str) -> str | None:
    return next((letter for rule, letter, *_ in scene.decide().results if rule == name), None)


@pytest.mark.parametrize("name", BREAKING)
def test_in_shadow_a_failure_is_recorded_and_refuses_nothing(name: str) -> None:
    scene = broken(name)
    scene.control(scope="rule", key=name, details={"mode": "shadow"})
    decision = scene.decide()
    assert decision.breach is None
    _, letter, limit, actual = next(result for result in decision.results if result[0] == name)
    assert letter == "s"
    assert actual > limit


@pytest.mark.parametrize("name", BREAKING)
def test_switched_off_a_rule_is_not_asked_and_that_is_recorded(name: str) -> None:
    scene = broken(name)
    scene.control(scope="rule", key=name, details={"mode": "off"})
    assert scene.decide().breach is None
    assert (name, "o", None, None) in scene.decide().results
    scene.control(scope="rule", key=name, details={"mode": "enforce"})
    assert scene.decide().breach.rule == BOUNDARIES[name].rule


@pytest.mark.parametrize("key", ["IBM", "ACME-1"])
@pytest.mark.parametrize("name", BREAKING)
def test_a_bypass_lets_pass_until_its_expiry(name: str, key: str) -> None:
    scene = broken(name)
    scene.control(scope="bypass", key=key, details={"rule": name}, effective_until=NOW + 1)
    assert scene.decide().breach is None
    assert letter_of(scene, name) == "b"
    scene.time = NOW + 1
    assert scene.decide().breach.rule == BOUNDARIES[name].rule


@pytest.mark.parametrize("key", ["BAC", "ZEN-1"])
def test_a_bypass_of_somebody_else_or_of_another_rule_lets_nothing_pass(key: str) -> None:
    scene = broken("max_quantity")
    scene.control(scope="bypass", key=key, details={"rule": "max_quantity"}, effective_until=NOW + 9)
    scene.control(scope="bypass", key="IBM", details={"rule": "max_notional"}, effective_until=NOW + 9)
    assert scene.decide().breach.rule == "max_quantity"


def test_a_bypass_is_taken_away_before_it_expires() -> None:
    scene = broken("max_quantity")
    scene.control(scope="bypass", key="IBM", details={"rule": "max_quantity"}, effective_until=NOW + 9)
    scene.control(scope="bypass", key="IBM", details={"rule": "max_quantity"}, value=0)
    assert scene.decide().breach.rule == "max_quantity"


def test_a_bypass_of_later_does_not_hold_now() -> None:
    scene = broken("max_quantity")
    scene.control(scope="bypass", key="IBM", details={"rule": "max_quantity"}, effective_from=NOW + 5, effective_until=NOW + 9)
    for time, refused in ((NOW, True), (NOW + 5, False), (NOW + 8, False), (NOW + 9, True)):
        scene.time = time
        assert (scene.decide().breach is not None) is refused


@pytest.mark.parametrize("rule", sorted(set(BY_RULE) - set(MODED)))
def test_what_is_always_enforced_stays_so(rule: str) -> None:
    scene = Scene(True, "limit")
    for more in ({"scope": "rule", "key": rule, "details": {"mode": "off"}}, {"scope": "bypass", "key": "IBM", "details": {"rule": rule}}):
        with pytest.raises(ControlInvalid):
            scene.control(effective_until=NOW + 9, **more)
    assert not scene.controls.settings.at(NOW).modes


def test_a_limit_holds_by_the_moment_the_order_was_written() -> None:
    desk = Desk()
    dates = {"effective_from": desk.now + 100, "effective_until": desk.now + 200}
    start = desk.now
    desk.control(CommandType.LIMIT, scope="account", key="ACME-1", rule="max_quantity", value=5 * ONE, **dates)
    found = [desk.new(f"O{offset}", time=start + offset)[0].reason for offset in (99, 100, 199, 200)]
    assert found == [None, Reason.QUANTITY_TOO_LARGE, Reason.QUANTITY_TOO_LARGE, None]


def test_limits_of_every_scope_bind_those_they_are_for() -> None:
    desk = Desk()
    desk.setting("account", "ACME-1", details={"currency": "USD", "kind": "house", "desk": "equities"})
    scopes = {"desk": "equities", "account": "ACME-1", "trader": "ann", "symbol": "IBM"}
    for value, (scope, key) in enumerate(scopes.items(), start=1):
        desk.control(CommandType.LIMIT, scope=scope, key=key, rule="max_quantity", value=(10 - value) * ONE)
        assert desk.new(f"O{value}", user="ann")[0].limit == str(10 - value)
        assert desk.new(f"P{value}", account="ZEN-1", symbol="BAC", user="bob")[0].type == ExecType.PENDING_NEW


def test_what_a_decision_rests_on_is_told_with_passing_refused_and_replaced_orders() -> None:
    desk = Desk()
    (passed,) = desk.new("O1")
    (refused,) = desk.new("O2", quantity=2_000_000 * ONE)
    (asked,) = desk.replace("O1", quantity=20 * ONE)
    (denied,) = desk.replace("O1", quantity=2_000_000 * ONE)
    (reduced,) = desk.replace("O1", quantity=5 * ONE)
    (canceled,) = desk.cancel("O1")
    assert {outcome for _, outcome, *_ in results_of(passed.decision)} == {"p"}
    assert results_of(refused.decision)[-1] == ("max_quantity", "f", 1_000_000 * ONE, 2_000_000 * ONE)
    assert ("max_quantity", "p", 1_000_000 * ONE, 20 * ONE) in results_of(asked.decision)
    assert results_of(denied.decision)[-1][:2] == ("max_quantity", "f")
    assert (reduced.decision, canceled.decision) == (None, None)
