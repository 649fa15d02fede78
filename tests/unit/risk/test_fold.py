"""The risk worker's fold: every command ends in exactly one answer, numbers have no gap, kills bite, repeats do nothing."""

from dataclasses import replace

import pytest

from oms_site.infra.bus.processor import Delivery, Position
from risk.domain.controls import ControlInvalid
from risk.domain.refusals import CommandInvalid
from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import Conditions
from schemas.topics import ORDERS, ORDERS_VALIDATED
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, TICK
from tests.unit.risk.desk import Desk, answer


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_order_that_passes_is_pending_and_goes_to_matching_as_it_came(desk: Desk) -> None:
    (pending,) = desk.new("O1", client_order_id="mine")
    assert pending.type == ExecType.PENDING_NEW
    assert (pending.quantity, pending.leaves_quantity, pending.cum_quantity) == (10 * ONE, 10 * ONE, 0)
    assert pending.client_order_id == "mine"
    assert desk.validated[-1].id == "O1"
    assert desk.validated[-1] is desk.orders[-1].message


def test_an_order_that_is_refused_says_why_and_goes_nowhere(desk: Desk) -> None:
    passed = len(desk.validated)
    (refused,) = desk.new("O1", price=BID * 2)
    assert (refused.type, refused.reason, refused.rule) == (ExecType.REJECTED, Reason.PRICE_OUTSIDE_BAND, "price_band")
    assert refused.limit == "50"
    assert refused.actual is not None
    assert refused.message
    assert refused.leaves_quantity == 0
    assert len(desk.validated) == passed
    assert desk.fold.accounts["ACME-1"].working == {}


def test_without_any_control_everything_is_refused() -> None:
    desk = Desk(ready=False)
    assert desk.new()[0].reason == Reason.INSTRUMENT_UNKNOWN
    desk.instrument("IBM")
    assert desk.new("O2")[0].reason == Reason.LIMIT_MISSING


def test_numbers_rise_by_one_over_own_records_and_reports_of_matching(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    answer(desk, ExecType.NEW, pending)
    desk.new("O2", price=BID * 2)
    desk.new("O3", account="ZEN-1")
    answer(desk, ExecType.TRADE, pending, last_quantity=10 * ONE, last_price=BID, cum_quantity=10 * ONE, leaves_quantity=0)
    by_account = {account: [r.seq for r in desk.log if r.account == account] for account in ("ACME-1", "ZEN-1")}
    assert by_account == {"ACME-1": [1, 2, 3, 4], "ZEN-1": [1]}


def test_a_command_seen_before_does_nothing(desk: Desk) -> None:
    desk.new("O1")
    again = desk.orders[-1].message
    assert desk.say(again) == []
    assert desk.say(replace(again, command_id=again.command_id - 1, id="O2")) == []
    assert desk.new("O2")[0].seq == 2


def test_an_order_id_used_again_leaves_the_first_order_alone(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    assert desk.new("O1", quantity=50 * ONE) == []
    answer(desk, ExecType.CANCELED, pending)
    assert desk.new("O1") == []


def test_a_cancel_is_pending_once_and_a_second_one_is_answered(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    answer(desk, ExecType.NEW, pending)
    assert [r.type for r in desk.cancel("O1")] == [ExecType.PENDING_CANCEL]
    (second,) = desk.cancel("O1")
    assert (second.type, second.reason) == (ExecType.CANCEL_REJECTED, Reason.ORDER_DUPLICATE)
    assert [command.command for command in desk.validated[-2:]] == [CommandType.NEW, CommandType.CANCEL]
    assert desk.fold.accounts["ACME-1"].orders["O1"].cancel_pending
    answer(desk, ExecType.CANCELED, pending)
    assert desk.fold.accounts["ACME-1"].orders == {}


@pytest.mark.parametrize(("ask", "kind"), [("cancel", ExecType.CANCEL_REJECTED), ("replace", ExecType.REPLACE_REJECTED)])
def test_what_is_asked_of_an_order_that_is_not_open_is_refused(desk: Desk, ask: str, kind: ExecType) -> None:
    more = {"quantity": 5 * ONE} if ask == "replace" else {}
    (unknown,) = getattr(desk, ask)("O9", **more)
    assert (unknown.type, unknown.reason) == (kind, Reason.ORDER_UNKNOWN)
    (pending,) = desk.new("O1")
    answer(desk, ExecType.TRADE, pending, last_quantity=10 * ONE, last_price=BID, cum_quantity=10 * ONE, leaves_quantity=0)
    (late,) = getattr(desk, ask)("O1", **more)
    assert (late.type, late.reason) == (kind, Reason.ORDER_CLOSED)
    assert (late.quantity, late.cum_quantity, late.leaves_quantity, late.side) == (10 * ONE, 10 * ONE, 0, "buy")


def test_a_replace_reserves_the_larger_of_both_until_it_is_answered(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    (asked,) = desk.replace("O1", quantity=30 * ONE)
    account = desk.fold.accounts["ACME-1"]
    assert (asked.type, asked.quantity, asked.requested_quantity, asked.requested_price) == (
        ExecType.PENDING_REPLACE,
        10 * ONE,
        30 * ONE,
        BID,
    )
    assert account.reserved("IBM", "buy") == 30 * ONE
    assert (desk.validated[-1].quantity, desk.validated[-1].price) == (30 * ONE, BID)
    answer(desk, ExecType.REPLACE_REJECTED, pending, reason=Reason.ORDER_TOO_LATE)
    assert account.reserved("IBM", "buy") == 10 * ONE
    desk.replace("O1", quantity=4 * ONE)
    assert account.reserved("IBM", "buy") == 10 * ONE
    answer(desk, ExecType.REPLACED, pending, quantity=4 * ONE, leaves_quantity=4 * ONE)
    assert account.reserved("IBM", "buy") == 4 * ONE


def test_a_second_replace_builds_on_the_pending_one_and_a_refused_one_leaves_it_pending(desk: Desk) -> None:
    desk.new("O1")
    desk.replace("O1", quantity=30 * ONE)
    desk.replace("O1", price=BID - TICK)
    assert (desk.validated[-1].quantity, desk.validated[-1].price) == (30 * ONE, BID - TICK)
    (refused,) = desk.replace("O1", price=BID * 2)
    assert (refused.type, refused.reason) == (ExecType.REPLACE_REJECTED, Reason.PRICE_OUTSIDE_BAND)
    assert len(desk.fold.accounts["ACME-1"].orders["O1"].pending) == 2


def test_a_replace_after_a_cancel_is_refused(desk: Desk) -> None:
    desk.new("O1")
    desk.cancel("O1")
    (refused,) = desk.replace("O1", quantity=5 * ONE)
    assert (refused.type, refused.reason) == (ExecType.REPLACE_REJECTED, Reason.ORDER_CLOSED)


def test_a_mass_cancel_asks_once_for_each_open_order_it_covers(desk: Desk) -> None:
    desk.new("O1")
    desk.new("O2", side="sell", price=ASK)
    desk.new("O3", symbol="BAC")
    desk.new("O4", account="ZEN-1")
    desk.cancel("O1")
    asked = desk.told(desk.command(CommandType.MASS_CANCEL, symbol="IBM"))
    assert [(r.type, r.order_id) for r in asked] == [(ExecType.PENDING_CANCEL, "O2")]
    asked = desk.told(desk.command(CommandType.MASS_CANCEL))
    assert [r.order_id for r in asked] == ["O3"]
    assert desk.validated[-1].symbol == "BAC"
    assert desk.told(desk.command(CommandType.MASS_CANCEL)) == []


def test_a_mass_cancel_spares_good_till_orders_where_it_says_so(desk: Desk) -> None:
    for tif in ("day", "gtc", "gtd", "at_close"):
        desk.new(tif, tif=tif, conditions=Conditions(expire_date="2027-01-01") if tif == "gtd" else None)
    asked = desk.told(desk.command(CommandType.MASS_CANCEL, reason="disconnected", attributes={"spare_good_till": 1}))
    assert [(step.order_id, step.reason) for step in asked] == [("day", "disconnected"), ("at_close", "disconnected")]


def test_the_ids_of_one_command_differ(desk: Desk) -> None:
    for number in range(5):
        desk.new(f"O{number}")
    asked = desk.told(desk.command(CommandType.MASS_CANCEL))
    assert len({r.id for r in asked}) == 5


@pytest.mark.parametrize("account", [None, "ACME-1"])
def test_a_kill_cancels_what_is_open_and_refuses_what_adds_risk(desk: Desk, account: str | None) -> None:
    (pending,) = desk.new("O1")
    desk.new("O2", account="ZEN-1")
    killed = desk.kill(account=account)
    expected = {"O1", "O2"} if account is None else {"O1"}
    assert {cancel.id for cancel in killed} == expected
    assert {(cancel.command, cancel.reason, cancel.unsolicited) for cancel in killed} == {(CommandType.CANCEL, Reason.RISK_KILLED, True)}
    assert desk.new("O3")[0].reason == Reason.RISK_KILLED
    others = desk.new("O4", account="ZEN-1")[0]
    assert (others.type == ExecType.REJECTED) == (account is None)
    answer(desk, ExecType.CANCELED, pending)
    desk.kill(on=False, account=account)
    assert desk.new("O5")[0].type == ExecType.PENDING_NEW


def test_under_a_kill_reductions_and_cancels_pass_and_increases_do_not(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.kill()
    answer(desk, ExecType.CANCEL_REJECTED, pending, reason=Reason.ORDER_TOO_LATE, rule="desk")
    assert desk.replace("O1", quantity=11 * ONE)[0].reason == Reason.RISK_KILLED
    assert desk.replace("O1", price=ASK)[0].reason == Reason.RISK_KILLED
    assert desk.replace("O1", quantity=9 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL


def test_a_reduction_and_a_cancel_pass_without_quote_limit_or_instrument(desk: Desk) -> None:
    desk.new("O1")
    desk.references.clear()
    desk.instrument("IBM", tradable=0)
    for rule in ("max_quantity", "max_position"):
        desk.control(CommandType.LIMIT, scope="firm", rule=rule, value=None)
    assert desk.replace("O1", quantity=ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL
    assert desk.new("O2")[0].type == ExecType.REJECTED


def test_open_orders_count_against_the_position_limit_of_their_side(desk: Desk) -> None:
    desk.control(CommandType.LIMIT, scope="account", key="ACME-1", rule="max_position", value=100 * ONE)
    desk.new("O1", quantity=60 * ONE)
    assert desk.new("O2", quantity=41 * ONE)[0].reason == Reason.POSITION_TOO_LARGE
    assert desk.new("O3", quantity=100 * ONE, side="sell", price=ASK)[0].type == ExecType.PENDING_NEW
    assert desk.replace("O1", quantity=101 * ONE)[0].reason == Reason.POSITION_TOO_LARGE
    assert desk.replace("O1", quantity=100 * ONE)[0].type == ExecType.PENDING_REPLACE


def test_of_many_orders_each_taking_more_than_half_of_what_is_left_one_passes(desk: Desk) -> None:
    desk.control(CommandType.LIMIT, scope="firm", rule="max_position", value=100 * ONE)
    types = [desk.new(f"O{number}", quantity=60 * ONE)[0].type for number in range(200)]
    assert types.count(ExecType.PENDING_NEW) == 1
    assert types[0] == ExecType.PENDING_NEW


@pytest.mark.parametrize(("firm", "own", "binds"), [(50, 20, 20), (20, 50, 20), (20, None, 20), (None, 20, 20)])
def test_the_tightest_limit_of_firm_and_account_binds(desk: Desk, firm, own, binds) -> None:
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=firm and firm * ONE)
    desk.control(CommandType.LIMIT, scope="account", key="ACME-1", rule="max_quantity", value=own and own * ONE)
    assert desk.new("O1", quantity=binds * ONE)[0].type == ExecType.PENDING_NEW
    assert desk.new("O2", quantity=(binds + 1) * ONE)[0].limit == str(binds)


def test_an_older_control_never_undoes_a_newer_one(desk: Desk) -> None:
    older = desk.command(CommandType.LIMIT, account="*", scope="firm", rule="max_quantity", value=1_000 * ONE)
    other = desk.command(CommandType.LIMIT, account="*", scope="firm", rule="max_position", value=7 * ONE)
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=5 * ONE)
    desk.say(older)
    desk.say(other)  # late, but about another limit
    limits = desk.fold.controls.limits
    assert limits.binding("ACME-1", "max_quantity").value == 5 * ONE
    assert limits.binding("ACME-1", "max_position").value == 7 * ONE


@pytest.mark.parametrize("owns", [True, False])
def test_an_instrument_is_passed_on_by_the_partition_its_symbol_falls_on(owns: bool) -> None:
    desk = Desk(ready=False, owns=owns)
    desk.instrument("IBM")
    assert [command.symbol for command in desk.validated] == (["IBM"] if owns else [])
    repeat = desk.orders[-1].message
    assert desk.say(repeat) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -ONE},
        {"quantity": None},
        {"price": 0},
        {"price": None},
        {"type": "market"},
        {"side": None},
        {"symbol": ""},
    ],
)
def test_what_intake_would_never_write_changes_nothing(desk: Desk, wrong: dict) -> None:
    before = desk.fold.dump()
    for _ in range(3):
        with pytest.raises(CommandInvalid):
            desk.new("O1", **wrong)
        assert desk.fold.dump() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": CommandType.LIMIT, "scope": "floor", "key": "x", "rule": "max_quantity", "value": ONE},
        {"kind": CommandType.LIMIT, "scope": "account", "rule": "max_quantity", "value": ONE},
        {"kind": CommandType.LIMIT, "scope": "firm", "rule": "max_fun", "value": ONE},
        {"kind": CommandType.LIMIT, "scope": "firm", "rule": "max_quantity", "value": 0},
        {"kind": CommandType.KILL, "scope": "firm", "value": 2},
        {"kind": CommandType.INSTRUMENT, "symbol": "IBM", "attributes": {"tick": 1}},
        {"kind": CommandType.INSTRUMENT, "symbol": "IBM", "attributes": {"tick": 0, "lot": 1, "max_quantity": 1, "tradable": 1}},
    ],
)
def test_a_control_that_says_nothing_sensible_changes_nothing_and_recovery_passes_over_it(desk: Desk, wrong: dict) -> None:
    before = desk.fold.dump()
    command = desk.command(wrong.pop("kind"), account="*", **wrong)
    with pytest.raises(ControlInvalid):
        desk.say(command)
    assert desk.fold.dump() == before
    desk.orders.append(Delivery(Position(ORDERS.name, 0, len(desk.orders)), command, desk.now))
    assert desk.recovered().dump() == before


def test_the_market_order_of_no_fresh_quote_is_refused(desk: Desk) -> None:
    desk.now += 5_000_001
    assert desk.new("O1", type="market", price=None)[0].reason == Reason.PRICE_STALE


def test_decisions_are_identical_on_replay(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    answer(desk, ExecType.NEW, pending)
    desk.new("O2", price=BID * 2)
    desk.replace("O1", quantity=20 * ONE)
    desk.kill()
    desk.cancel("O1")
    again = desk.fresh()
    executions, validated = [], []
    for delivery, now in desk.steps:
        for output in again.handle(delivery, now):
            (validated if output.topic == ORDERS_VALIDATED.name else executions).append(output.message)
    assert executions == desk.log
    assert validated == desk.validated
    assert again.dump() == desk.fold.dump()


def test_a_limit_that_is_lowered_acts_on_the_next_order(desk: Desk) -> None:
    assert desk.new("O1")[0].type == ExecType.PENDING_NEW
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=9 * ONE)
    assert desk.new("O2")[0].reason == Reason.QUANTITY_TOO_LARGE
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=10 * ONE)
    assert desk.new("O3")[0].type == ExecType.PENDING_NEW


def test_a_replace_is_judged_on_what_may_still_trade(desk: Desk) -> None:
    (pending,) = desk.new("O1", quantity=60 * ONE)
    answer(desk, ExecType.TRADE, pending, last_quantity=50 * ONE, last_price=BID, cum_quantity=50 * ONE, leaves_quantity=10 * ONE)
    desk.control(CommandType.LIMIT, scope="firm", rule="max_notional", value=2_000 * ONE)
    assert desk.replace("O1", quantity=71 * ONE)[0].reason == Reason.NOTIONAL_TOO_LARGE
    assert desk.replace("O1", quantity=70 * ONE)[0].type == ExecType.PENDING_REPLACE


def test_of_closed_orders_the_oldest_is_forgotten_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.fold.CLOSED_KEPT", 2)
    for order_id in ("O1", "O2", "O3"):
        answer(desk, ExecType.CANCELED, desk.new(order_id)[0])
    assert list(desk.fold.closed) == ["O2", "O3"]
    assert desk.cancel("O1")[0].reason == Reason.ORDER_UNKNOWN
    assert desk.cancel("O2")[0].reason == Reason.ORDER_CLOSED
