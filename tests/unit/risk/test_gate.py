"""The gate: who may enter what for which account, kills of every scope, phases, restricted and watched symbols."""

import pytest

from risk.domain.entitlements import Grant, grants_text
from schemas.enums import CommandType, ExecType, Phase, Reason
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID
from tests.unit.risk.desk import Desk, answer


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.setting("account", "ACME-1", details={"currency": "USD", "kind": "customer", "desk": "equities"})
    desk.setting("locate", "*/*", value=1_000 * ONE)
    return desk


def entitle(desk: Desk, *grants: Grant, user: str = "ann", state: str = "active") -> None:
    desk.setting("entitlement", user, details={"grants": grants_text(grants), "state": state})


def bought(desk: Desk, order_id: str = "B1", quantity: int = 10) -> None:
    """The account holds what an order has bought."""
    (pending,) = desk.new(order_id, quantity=quantity * ONE)
    done = {"cum_quantity": quantity * ONE, "leaves_quantity": 0}
    answer(desk, ExecType.TRADE, pending, trade_id=order_id, last_quantity=quantity * ONE, last_price=BID, **done)


LIMIT_BUYS = Grant("ACME-1", frozenset({"buy"}), frozenset({"limit"}), "ES")


@pytest.mark.parametrize(
    ("asked", "passes", "word"),
    [
        ({}, True, ""),
        ({"side": "sell", "price": ASK}, False, "to sell"),
        ({"type": "market", "price": None}, False, "market orders"),
        ({"account": "ZEN-1"}, False, "account ZEN-1"),
        ({"symbol": "BAC"}, False, "group unknown"),
    ],
)
def test_a_user_enters_only_what_a_grant_covers(desk: Desk, asked: dict, passes: bool, word: str) -> None:
    numbers = {"tick": 1, "lot": ONE, "max_quantity": 10**6 * ONE, "tradable": 1}
    desk.control(CommandType.INSTRUMENT, symbol="IBM", attributes=numbers, details={"currency": "USD", "group": "ES"})
    entitle(desk, LIMIT_BUYS)
    (told,) = desk.new("O1", user="ann", **asked)
    assert (told.type == ExecType.PENDING_NEW) is passes
    if not passes:
        assert (told.reason, told.rule, told.actual) == (Reason.NOT_ENTITLED, "entitlement", "ann")
        assert word in told.message


def test_who_is_not_known_to_the_log_is_intakes_business(desk: Desk) -> None:
    entitle(desk, LIMIT_BUYS)
    assert desk.new("O1", user="bob", side="sell", price=ASK)[0].type == ExecType.PENDING_NEW


def test_an_entitlement_that_is_narrowed_holds_for_the_next_order(desk: Desk) -> None:
    entitle(desk, Grant("ACME-1"))
    assert desk.new("O1", user="ann")[0].type == ExecType.PENDING_NEW
    entitle(desk)
    assert desk.new("O2", user="ann")[0].reason == Reason.NOT_ENTITLED
    entitle(desk, Grant("ACME-1"), state="disabled")
    assert desk.new("O3", user="ann")[0].reason == Reason.NOT_ENTITLED
    entitle(desk, Grant("ACME-1"))
    assert desk.new("O4", user="ann")[0].type == ExecType.PENDING_NEW


def test_a_replace_needs_the_entitlement_too_and_the_desks_own_does_not(desk: Desk) -> None:
    desk.new("O1", user="ann")
    entitle(desk, user="eve")
    assert desk.replace("O1", quantity=20 * ONE, user="eve")[0].reason == Reason.NOT_ENTITLED
    assert desk.replace("O1", quantity=5 * ONE, user="eve")[0].type == ExecType.PENDING_REPLACE, "a reduction passes"
    assert desk.replace("O1", quantity=20 * ONE, user="eve", unsolicited=True) == []


def state(desk: Desk, word: str) -> None:
    desk.setting("account", "ACME-1", details={"currency": "USD", "kind": "customer", "desk": "equities", "state": word})


def test_a_disabled_account_only_cancels_and_reduces(desk: Desk) -> None:
    desk.new("O1")
    state(desk, "disabled")
    assert desk.new("O2")[0].reason == Reason.ACCOUNT_DISABLED
    assert desk.new("O3", account="ZEN-1")[0].type == ExecType.PENDING_NEW
    assert desk.replace("O1", quantity=11 * ONE)[0].reason == Reason.ACCOUNT_DISABLED
    assert desk.replace("O1", quantity=9 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL
    state(desk, "active")
    assert desk.new("O4")[0].type == ExecType.PENDING_NEW


def test_a_close_only_account_sells_what_it_holds_and_no_more(desk: Desk) -> None:
    bought(desk)
    state(desk, "close_only")
    assert desk.new("O1")[0].reason == Reason.ACCOUNT_CLOSE_ONLY
    sell = {"side": "sell", "price": ASK}
    refused = desk.new("O2", quantity=11 * ONE, **sell)[0]
    assert (refused.reason, refused.limit, refused.actual) == (Reason.ACCOUNT_CLOSE_ONLY, "10", "11")
    assert desk.new("O3", quantity=6 * ONE, **sell)[0].type == ExecType.PENDING_NEW
    assert desk.new("O4", quantity=5 * ONE, **sell)[0].reason == Reason.ACCOUNT_CLOSE_ONLY
    assert desk.new("O5", quantity=4 * ONE, **sell)[0].type == ExecType.PENDING_NEW


SCOPES = [("firm", None), ("desk", "equities"), ("account", "ACME-1"), ("trader", "ann"), ("instrument", "IBM")]


@pytest.mark.parametrize(("scope", "key"), SCOPES)
def test_a_kill_blocks_its_scope_and_nothing_else(desk: Desk, scope: str, key: str | None) -> None:
    desk.control(CommandType.KILL, scope=scope, key=key, value=1, reason="drill")
    inside = desk.new("O1", user="ann")[0]
    assert (inside.reason, inside.rule) == (Reason.RISK_KILLED, "kill")
    assert "drill" in inside.message
    others = desk.new("O2", account="ZEN-1", user="bob", symbol="BAC")[0]
    assert (others.type == ExecType.PENDING_NEW) is (scope != "firm")
    desk.control(CommandType.KILL, scope=scope, key=key, value=0)
    assert desk.new("O3", user="ann")[0].type == ExecType.PENDING_NEW


@pytest.mark.parametrize(("scope", "key"), SCOPES)
def test_a_kill_cancels_what_is_open_in_its_scope_in_entry_order(desk: Desk, scope: str, key: str | None) -> None:
    desk.new("O1", user="ann")
    desk.new("O2", account="ZEN-1", user="bob", symbol="BAC")
    desk.new("O3", user="ann", side="sell", price=ASK)
    sent = desk.stop(scope, key)
    assert [cancel.id for cancel in sent] == ["O1", "O3", *(["O2"] if scope == "firm" else [])]
    assert {(cancel.command, cancel.reason, cancel.unsolicited) for cancel in sent} == {(CommandType.CANCEL, Reason.RISK_KILLED, True)}


def test_a_kill_of_a_trader_covers_who_enters_for_somebody_and_for_whom(desk: Desk) -> None:
    desk.control(CommandType.KILL, scope="trader", key="ann", value=1, reason="drill")
    assert desk.new("O1", user="sales", trader="ann")[0].reason == Reason.RISK_KILLED
    assert desk.new("O2", user="ann", trader="bob")[0].reason == Reason.RISK_KILLED
    assert desk.new("O3", user="bob")[0].type == ExecType.PENDING_NEW


@pytest.mark.parametrize(("scope", "key"), SCOPES)
def test_a_kill_may_spare_what_only_reduces(desk: Desk, scope: str, key: str | None) -> None:
    bought(desk, quantity=100)
    for order_id, quantity, side in (("O1", 60, "sell"), ("O2", 40, "sell"), ("O3", 1, "sell"), ("O4", 5, "buy")):
        desk.new(order_id, user="ann", quantity=quantity * ONE, side=side, price=ASK if side == "sell" else BID)
    sent = desk.stop(scope, key, attributes={"spare_reducing": 1})
    assert [cancel.id for cancel in sent] == ["O3", "O4"]
    assert desk.new("O5", side="sell", price=ASK, user="ann")[0].reason == Reason.RISK_KILLED, "what is new is no exception"


def test_a_position_taken_over_by_hand_can_be_reduced_under_a_sparing_kill(desk: Desk) -> None:
    desk.setting("position", "ACME-1/IBM", value=50 * ONE, attributes={"price": BID})
    desk.new("O1", side="sell", price=ASK, quantity=50 * ONE)
    assert desk.stop("firm", None, attributes={"spare_reducing": 1}) == []


@pytest.mark.parametrize("phase", list(Phase))
def test_a_halted_or_closed_market_takes_no_new_orders(desk: Desk, phase: Phase) -> None:
    desk.new("O1")
    desk.control(CommandType.PHASE, symbol="IBM", phase=phase.value, trade_date="2026-11-24")
    told = desk.new("O2")[0]
    shut = phase in (Phase.HALTED, Phase.CLOSED)
    assert (told.reason == Reason.PHASE_REFUSES) is shut
    assert (desk.replace("O1", quantity=11 * ONE)[0].reason == Reason.PHASE_REFUSES) is shut
    assert desk.replace("O1", quantity=9 * ONE)[0].type == ExecType.PENDING_REPLACE, "matching answers"
    assert desk.replace("O1", quantity=12 * ONE, unsolicited=True) == [], "the desk's own changes are made in every phase"
    assert desk.new("O3", symbol="BAC")[0].type == ExecType.PENDING_NEW


def test_a_restricted_symbol_is_refused_and_a_watched_one_recorded(desk: Desk) -> None:
    desk.setting("restriction", "IBM", details={"list": "watch"})
    (watched,) = desk.new("O1")
    assert watched.type == ExecType.PENDING_NEW
    assert '["restriction","s",null,null]' in watched.decision
    desk.setting("restriction", "IBM", details={"list": "restricted", "account": "ZEN-1"})
    assert desk.new("O2")[0].type == ExecType.PENDING_NEW
    assert desk.new("O3", account="ZEN-1")[0].reason == Reason.INSTRUMENT_RESTRICTED
    desk.setting("restriction", "IBM", details={"list": "restricted"})
    assert desk.new("O4")[0].reason == Reason.INSTRUMENT_RESTRICTED
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL
    desk.setting("restriction", "IBM", details={"list": "none"})
    assert desk.new("O5")[0].type == ExecType.PENDING_NEW
    assert desk.new("O6", account="ZEN-1")[0].reason == Reason.INSTRUMENT_RESTRICTED
