"""Orders of every type on their way through risk: what a complete one says, what is told of it, how their replaces are judged."""

import pytest

from risk.domain.open_order import OpenOrder, Terms
from risk.domain.refusals import CommandInvalid
from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import Conditions
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, TICK
from tests.unit.risk.desk import Desk, answer

STOP = {"type": "stop", "price": None, "conditions": Conditions(stop_price=ASK + 10 * TICK)}
STOP_LIMIT = {"type": "stop_limit", "price": ASK + 11 * TICK, "conditions": Conditions(stop_price=ASK + 10 * TICK)}
TRAILING = {"type": "trailing_stop", "price": None, "conditions": Conditions(trail_offset=5 * TICK)}
WAYS = {
    "market": {"type": "market", "price": None},
    "limit": {},
    "stop": STOP,
    "stop_limit": STOP_LIMIT,
    "trailing_stop": TRAILING,
    "iceberg": {"conditions": Conditions(display_quantity=2 * ONE)},
    "post only": {"conditions": Conditions(post_only=True)},
    "gtd": {"tif": "gtd", "conditions": Conditions(expire_date="2026-11-30")},
    "prevention": {"conditions": Conditions(self_trade_prevention="cancel_oldest", self_trade_group="FAMILY")},
    "at open": {"type": "market", "price": None, "tif": "at_open"},
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("way", WAYS)
def test_an_order_of_every_kind_passes_as_it_came_and_is_told_with_its_conditions(desk: Desk, way: str) -> None:
    (pending,) = desk.new("O1", trade_date="2026-11-24", user="ann", **WAYS[way])
    assert pending.type == ExecType.PENDING_NEW
    assert pending.conditions == WAYS[way].get("conditions")
    assert (pending.trade_date, pending.trader, pending.leaves_quantity) == ("2026-11-24", "ann", 10 * ONE)
    assert desk.validated[-1] is desk.orders[-1].message
    assert desk.fold.accounts["ACME-1"].reserved("IBM", "buy") == 10 * ONE


def test_a_refused_order_is_told_with_its_conditions_too(desk: Desk) -> None:
    (refused,) = desk.new("O1", quantity=10**7 * ONE, user="ann", **STOP)
    assert (refused.type, refused.conditions, refused.trader) == (ExecType.REJECTED, STOP["conditions"], "ann")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": None},
        {"type": "market"},
        {"type": "fancy"},
        {"type": "stop", "price": None},
        {"type": "stop", "conditions": Conditions(stop_price=ASK)},
        {"type": "stop_limit", "price": None, "conditions": Conditions(stop_price=ASK)},
        {"type": "stop_limit"},
        {"type": "trailing_stop", "price": None},
        {"type": "trailing_stop", "conditions": Conditions(trail_offset=TICK)},
        {"type": "trailing_stop", "price": None, "conditions": Conditions(trail_offset=TICK, stop_price=ASK)},
        {"type": "stop", "price": None, "conditions": Conditions(stop_price=0)},
        {"type": "trailing_stop", "price": None, "conditions": Conditions(trail_offset=-TICK)},
        {"conditions": Conditions(stop_price=ASK)},
        {"conditions": Conditions(trail_offset=TICK)},
        {"conditions": Conditions(display_quantity=0)},
        {"tif": "gtd"},
        {"tif": "gtd", "conditions": Conditions(expire_date="30.11.2026")},
        {"tif": "gtd", "conditions": Conditions(expire_date="20261130")},
        {"conditions": Conditions(expire_date="2026-11-30")},
    ],
)
def test_terms_that_do_not_fit_the_type_change_nothing(desk: Desk, wrong: dict) -> None:
    before = desk.fold.dump()
    with pytest.raises(CommandInvalid):
        desk.new("O1", **wrong)
    assert desk.fold.dump() == before


def test_a_replaced_stop_price_is_reserved_told_and_passed_on_and_holds_once_answered(desk: Desk) -> None:
    (pending,) = desk.new("O1", **STOP_LIMIT)
    higher = ASK + 12 * TICK
    (asked,) = desk.replace("O1", conditions=Conditions(stop_price=higher), price=higher)
    assert (asked.type, asked.conditions.stop_price) == (ExecType.PENDING_REPLACE, ASK + 10 * TICK)
    assert (asked.requested_quantity, asked.requested_price, asked.requested_stop_price) == (10 * ONE, higher, higher)
    passed = desk.validated[-1]
    assert (passed.quantity, passed.price, passed.conditions) == (10 * ONE, higher, Conditions(stop_price=higher))
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert order.last_terms == Terms(10 * ONE, higher, higher)
    assert order.stop_price == ASK + 10 * TICK
    answer(desk, ExecType.REPLACED, pending, price=higher, conditions=Conditions(stop_price=higher))
    assert order.terms == Terms(10 * ONE, higher, higher)
    assert not order.pending


def test_a_stop_price_nobody_changes_is_left_out_as_the_order_may_be_triggered_meanwhile(desk: Desk) -> None:
    desk.new("O1", **STOP_LIMIT)
    (asked,) = desk.replace("O1", quantity=5 * ONE)
    assert asked.requested_stop_price == ASK + 10 * TICK
    assert (desk.validated[-1].quantity, desk.validated[-1].price, desk.validated[-1].conditions) == (5 * ONE, STOP_LIMIT["price"], None)
    desk.replace("O1", conditions=Conditions(stop_price=ASK + TICK))
    desk.replace("O1", quantity=4 * ONE)
    assert desk.validated[-1].conditions == Conditions(stop_price=ASK + TICK), "another one is under way: say which one was judged"


def test_a_triggered_stop_has_no_stop_price_and_its_limit_is_measured_from_the_market(desk: Desk) -> None:
    far = ASK + ASK // 2
    (pending,) = desk.new("O1", type="stop_limit", price=far, conditions=Conditions(stop_price=far))
    desk.control(CommandType.LIMIT, scope="firm", rule="price_band", value=10 * ONE)
    assert desk.replace("O1", quantity=11 * ONE)[0].type == ExecType.PENDING_REPLACE
    answer(desk, ExecType.REPLACED, pending, quantity=11 * ONE, leaves_quantity=11 * ONE)
    answer(desk, ExecType.TRIGGERED, pending, quantity=11 * ONE, leaves_quantity=11 * ONE)
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert order.terms == Terms(11 * ONE, far, None)
    assert desk.replace("O1", quantity=12 * ONE)[0].reason == Reason.PRICE_OUTSIDE_BAND
    assert desk.replace("O1", quantity=10 * ONE)[0].type == ExecType.PENDING_REPLACE, "a reduction passes"


def test_a_stop_moved_to_another_price_is_no_reduction(desk: Desk) -> None:
    desk.new("O1", **STOP)
    desk.kill()
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert not order.is_reduction(Terms(5 * ONE, None, ASK))
    assert order.is_reduction(Terms(5 * ONE, None, ASK + 10 * TICK))


@pytest.mark.parametrize("tif", ["day", "gtc"])
def test_a_reduce_only_order_closes_what_is_held_and_no_more(desk: Desk, tif: str) -> None:
    (bought,) = desk.new("O1")
    answer(desk, ExecType.TRADE, bought, last_quantity=10 * ONE, last_price=BID, cum_quantity=10 * ONE, leaves_quantity=0)
    closing = {"side": "sell", "price": ASK, "tif": tif, "conditions": Conditions(reduce_only=True)}
    assert desk.new("O2", quantity=11 * ONE, **closing)[0].reason == Reason.REDUCE_ONLY_WOULD_OPEN
    assert desk.new("O3", quantity=6 * ONE, **closing)[0].type == ExecType.PENDING_NEW
    (refused,) = desk.new("O4", quantity=5 * ONE, **closing)
    assert (refused.reason, refused.rule, refused.limit, refused.actual) == (Reason.REDUCE_ONLY_WOULD_OPEN, "reduce_only", "4", "5")
    assert desk.new("O5", quantity=4 * ONE, **closing)[0].type == ExecType.PENDING_NEW
    assert desk.replace("O3", quantity=7 * ONE)[0].reason == Reason.REDUCE_ONLY_WOULD_OPEN
    assert desk.replace("O3", quantity=5 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.new("O6", side="buy", conditions=Conditions(reduce_only=True))[0].reason == Reason.REDUCE_ONLY_WOULD_OPEN


def test_a_mass_cancel_of_a_trader_takes_parked_stops_too_and_leaves_others_alone(desk: Desk) -> None:
    kept = [desk.new("O1", user="bob")[0], desk.new("O2", account="ZEN-1", user="ann")[0]]
    asked = [desk.new("O3", user="ann", **STOP)[0], desk.new("O4", user="ann", **TRAILING)[0], desk.new("O5", trader="ann", user="desk")[0]]
    told = desk.told(desk.command(CommandType.MASS_CANCEL, trader="ann"))
    assert [(record.type, record.order_id) for record in told] == [(ExecType.PENDING_CANCEL, record.order_id) for record in asked]
    for record in asked:
        answer(desk, ExecType.CANCELED, record)
    account = desk.fold.accounts["ACME-1"]
    assert list(account.orders) == ["O1"]
    answer(desk, ExecType.CANCELED, kept[0])
    assert (account.orders, account.working) == ({}, {})
    assert list(desk.fold.accounts["ZEN-1"].orders) == ["O2"]


def test_a_dumped_order_is_loaded_with_everything(desk: Desk) -> None:
    desk.new("O1", user="ann", trade_date="2026-11-24", **STOP_LIMIT)
    desk.replace("O1", conditions=Conditions(stop_price=ASK))
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    order.triggered = True
    assert OpenOrder.load(order.dump()) == order
