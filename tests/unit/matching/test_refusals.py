"""What the engine refuses, and that a refusal changes nothing."""

import pytest

from matching.domain import state
from matching.domain.book import Rules
from matching.domain.engine import CLOSED_GENERATION, Engine, UnknownCommand
from tests.unit.matching.drawing import CENT, SHARE, Desk, command, instrument, table, told

GOOD = {"side": "buy", "type": "limit", "tif": "day", "quantity": 1, "price": "10.00"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"symbol": "NOBODY"}, "instrument_unknown"),
        ({"quantity": None}, "order_field_invalid"),
        ({"quantity": 0}, "order_field_invalid"),
        ({"quantity": -1}, "order_field_invalid"),
        ({"quantity": "0.5"}, "quantity_off_lot"),
        ({"quantity": "1.00000001"}, "quantity_off_lot"),
        ({"price": None}, "order_field_invalid"),
        ({"price": 0}, "order_field_invalid"),
        ({"price": "-1"}, "order_field_invalid"),
        ({"price": "10.001"}, "price_off_tick"),
        ({"type": "market"}, "order_field_invalid"),
        ({"type": "pegged", "price": None}, "order_field_invalid"),
        ({"side": "long"}, "order_field_invalid"),
        ({"side": None}, "order_field_invalid"),
        ({"tif": "someday"}, "order_field_invalid"),
        ({"tif": None}, "order_field_invalid"),
    ],
)
def test_a_new_order_that_cannot_be(change: dict[str, object], code: str) -> None:
    desk = Desk()
    before = state.dump(desk.engine)
    assert desk.send(command("new", "a", **(GOOD | change))) == [f"rejected a {code}"]
    assert state.dump(desk.engine) == before


def test_a_cancel_of_an_unknown_order_says_so() -> None:
    assert Desk().cancel("ghost") == ["cancel_rejected ghost order_unknown"]


def test_a_replace_of_an_unknown_order_says_so() -> None:
    assert Desk().replace("ghost", quantity=1) == ["replace_rejected ghost order_unknown"]


def test_a_rejected_order_is_not_known_later() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.001")
    assert desk.cancel("a") == ["cancel_rejected a order_unknown"]


@pytest.mark.parametrize("kind", ["limit", "kill", "dance"])
def test_a_command_that_is_not_for_the_engine_has_no_effect(kind: str) -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    before = state.dump(desk.engine)
    with pytest.raises(UnknownCommand):
        desk.send(command(kind, "a"))
    assert state.dump(desk.engine) == before


@pytest.mark.parametrize(("tick", "lot"), [(0, 1), (1, 0), (-1, 1)])
def test_an_instrument_needs_a_tick_and_a_lot(tick: int, lot: int) -> None:
    with pytest.raises(UnknownCommand):
        Engine().apply(instrument("Z", tick, lot))


def test_new_tick_and_lot_hold_for_later_orders_and_leave_resting_ones() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.01")
    desk.send(instrument(tick=5 * CENT, lot=10 * SHARE))
    assert desk.buy("b", 10, "10.01") == ["rejected b price_off_tick"]
    assert desk.buy("c", 1, "10.05") == ["rejected c quantity_off_lot"]
    assert desk.drawn() == table("a:1 10.01")


def test_after_a_change_of_tick_or_lot_a_replace_may_keep_the_terms_it_does_not_name() -> None:
    desk = Desk()
    desk.buy("a", 25, "10.01")
    desk.send(instrument(tick=5 * CENT, lot=10 * SHARE))
    assert desk.replace("a", quantity=20) == ["replaced a leaves 20 keeps its place"]
    assert desk.replace("a", quantity=15) == ["replace_rejected a quantity_off_lot"]
    assert desk.replace("a", price="10.02") == ["replace_rejected a price_off_tick"]
    assert desk.replace("a", price="10.05") == ["replaced a leaves 20 to the tail"]


def test_a_symbol_nobody_announced_takes_the_default_rules_where_there_are_some() -> None:
    engine = Engine(Rules(1, SHARE))
    assert [told(event) for event in engine.apply(command("new", "a", **(GOOD | {"price": "0.00000001"})))] == ["new a"]


def test_closed_orders_are_remembered_for_a_bounded_while() -> None:
    desk = Desk()
    for number in range(3 * CLOSED_GENERATION):
        desk.buy(f"o{number}", 1, "10.00", tif="ioc")
    kept = len(desk.engine.closed) + len(desk.engine.closed_before)
    assert CLOSED_GENERATION <= kept <= 2 * (CLOSED_GENERATION + 1)
    assert desk.cancel("o0") == ["cancel_rejected o0 order_unknown"]
    assert desk.cancel(f"o{2 * CLOSED_GENERATION + 100}") == [f"cancel_rejected o{2 * CLOSED_GENERATION + 100} order_too_late_to_cancel"]


def test_a_cancel_names_the_reason_it_was_asked_with() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    assert desk.cancel("a", reason="risk_killed") == ["canceled a 1 risk_killed"]
