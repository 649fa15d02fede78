"""What the desk does to orders without their clients asking: nothing is pending, increases are judged, corrections move the books."""

import pytest

from risk.domain.refusals import CommandInvalid
from schemas.enums import DESK_RULE, CommandType, ExecType, Reason
from schemas.messages import Conditions, Execution
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID
from tests.unit.risk.desk import Desk, answer


@pytest.fixture
def desk() -> Desk:
    return Desk()


def filled(desk: Desk, order_id: str = "O1", quantity: int = 10) -> Execution:
    """An order that is bought, all of its 10."""
    (pending,) = desk.new(order_id)
    return answer(desk, ExecType.TRADE, pending, trade_id="T1", last_quantity=quantity * ONE, last_price=BID, **left(quantity))


def left(cum: int, total: int = 10) -> dict[str, int]:
    return {"cum_quantity": cum * ONE, "leaves_quantity": (total - cum) * ONE}


def correct(desk: Desk, was: int, now: int | None, **more) -> list[Execution]:
    """Ask for the correction of a fill of O1."""
    terms = {"id": "O1", "symbol": "IBM", "trade_id": "T1", "attributes": {"quantity": was * ONE, "price": BID}}
    terms |= {"quantity": now and now * ONE, "price": now and BID}
    return desk.told(desk.command(CommandType.TRADE_CORRECT, **(terms | more)))


def test_an_unsolicited_cancel_is_passed_on_and_nobody_hears_of_it_before_it_is_done(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    assert desk.cancel("O1", unsolicited=True, reason=Reason.DESK_CHANGE) == []
    passed = desk.validated[-1]
    assert (passed.command, passed.id, passed.unsolicited, passed.reason) == (CommandType.CANCEL, "O1", True, Reason.DESK_CHANGE)
    account = desk.fold.accounts["ACME-1"]
    assert not account.orders["O1"].cancel_pending
    answer(desk, ExecType.CANCELED, pending, reason=Reason.DESK_CHANGE)
    assert (account.orders, account.working) == ({}, {})


def test_a_clients_cancel_under_way_does_not_stop_the_desks(desk: Desk) -> None:
    desk.new("O1")
    desk.cancel("O1")
    assert desk.cancel("O1", unsolicited=True) == []
    assert [command.unsolicited for command in desk.validated[-2:]] == [False, True]


@pytest.mark.parametrize("ask", ["cancel", "replace"])
def test_what_the_desk_asks_of_an_unknown_order_is_refused(desk: Desk, ask: str) -> None:
    passed = len(desk.validated)
    (refused,) = getattr(desk, ask)("O9", unsolicited=True, **({"quantity": ONE} if ask == "replace" else {}))
    assert refused.reason == Reason.ORDER_UNKNOWN
    assert len(desk.validated) == passed


def test_an_unsolicited_reduction_passes_under_a_kill_and_is_restated(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=ONE)
    assert desk.replace("O1", quantity=9 * ONE, unsolicited=True) == []
    passed = desk.validated[-1]
    assert (passed.command, passed.quantity, passed.price, passed.unsolicited) == (CommandType.REPLACE, 9 * ONE, BID, True)
    account = desk.fold.accounts["ACME-1"]
    assert not account.orders["O1"].pending
    answer(desk, ExecType.RESTATED, pending, quantity=9 * ONE, leaves_quantity=9 * ONE, reason=Reason.DESK_CHANGE)
    assert account.reserved("IBM", "buy") == 9 * ONE


def test_an_unsolicited_increase_is_judged_like_a_replace(desk: Desk) -> None:
    desk.new("O1")
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=20 * ONE)
    (refused,) = desk.replace("O1", quantity=21 * ONE, unsolicited=True)
    assert (refused.type, refused.reason) == (ExecType.REPLACE_REJECTED, Reason.QUANTITY_TOO_LARGE)
    assert desk.replace("O1", quantity=20 * ONE, unsolicited=True) == []
    assert desk.validated[-1].unsolicited


def test_a_split_is_passed_on_as_it_came_whatever_the_limits(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.control(CommandType.LIMIT, scope="firm", rule="max_quantity", value=10 * ONE)
    assert desk.replace("O1", unsolicited=True, attributes={"numerator": 2, "denominator": 1}) == []
    assert desk.validated[-1] is desk.orders[-1].message
    answer(desk, ExecType.RESTATED, pending, quantity=20 * ONE, leaves_quantity=20 * ONE, price=BID // 2)
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert (order.quantity, order.price, order.reserved) == (20 * ONE, BID // 2, 20 * ONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"unsolicited": True, "attributes": {"numerator": 0, "denominator": 1}},
        {"unsolicited": True, "attributes": {"numerator": 1}},
        {"attributes": {"numerator": 2, "denominator": 1}},
        {"conditions": Conditions(stop_price=0)},
    ],
)
def test_a_replace_that_says_nothing_sensible_is_none(desk: Desk, wrong: dict) -> None:
    desk.new("O1")
    with pytest.raises(CommandInvalid):
        desk.replace("O1", **wrong)


@pytest.mark.parametrize(
    ("kind", "leaves"),
    [(ExecType.RESTATED, 7), (ExecType.SUSPENDED, 10), (ExecType.DONE_FOR_DAY, 10), (ExecType.TRIGGERED, 10), (ExecType.EXPIRED, 0)],
)
def test_what_the_market_tells_leaves_requests_pending_and_reserves_what_is_left(desk: Desk, kind: ExecType, leaves: int) -> None:
    (pending,) = desk.new("O1")
    desk.replace("O1", quantity=5 * ONE)
    answer(desk, kind, pending, quantity=(leaves or 10) * ONE, leaves_quantity=leaves * ONE)
    account = desk.fold.accounts["ACME-1"]
    assert account.reserved("IBM", "buy") == leaves * ONE
    assert ("O1" in account.orders) == (kind != ExecType.EXPIRED)
    known = account.orders.get("O1") or desk.fold.closed["O1"]
    assert len(known.pending) == 1


def test_a_refusal_that_answers_the_desk_ends_no_request_of_the_client(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.replace("O1", quantity=5 * ONE)
    desk.cancel("O1")
    for kind in (ExecType.REPLACE_REJECTED, ExecType.CANCEL_REJECTED):
        answer(desk, kind, pending, rule=DESK_RULE, reason=Reason.ORDER_FIELD_INVALID)
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert (len(order.pending), order.cancel_pending) == (1, True)


def test_a_correction_is_passed_on_for_an_order_that_is_open_or_ended_lately(desk: Desk) -> None:
    filled(desk)
    assert correct(desk, 10, None) == []
    assert desk.validated[-1] is desk.orders[-1].message
    passed = len(desk.validated)
    (refused,) = correct(desk, 10, None, id="O9")
    assert (refused.type, refused.reason) == (ExecType.CANCEL_REJECTED, Reason.ORDER_UNKNOWN)
    assert len(desk.validated) == passed


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"symbol": ""},
        {"trade_id": None},
        {"attributes": None},
        {"attributes": {"quantity": ONE}},
        {"attributes": {"quantity": -ONE, "price": BID}},
        {"quantity": 5 * ONE},
        {"price": BID},
        {"quantity": 0, "price": BID},
    ],
)
def test_a_correction_that_says_nothing_sensible_is_none(desk: Desk, wrong: dict) -> None:
    filled(desk)
    before = desk.fold.dump()
    with pytest.raises(CommandInvalid):
        correct(desk, 10, None, **wrong)
    assert desk.fold.dump() == before


def test_a_busted_fill_opens_its_order_again_and_takes_the_position_back(desk: Desk) -> None:
    trade = filled(desk)
    account = desk.fold.accounts["ACME-1"]
    assert (account.position("IBM"), account.orders, account.working) == (10 * ONE, {}, {})
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, **left(0))
    assert account.position("IBM") == 0
    assert account.reserved("IBM", "buy") == 10 * ONE
    assert "O1" not in desk.fold.closed
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL
    answer(desk, ExecType.CANCELED, trade, **left(0) | {"leaves_quantity": 0})
    assert (account.orders, account.working) == ({}, {})
    assert "O1" in desk.fold.closed


def test_a_corrected_fill_moves_the_position_by_the_difference(desk: Desk) -> None:
    trade = filled(desk, quantity=6)
    account = desk.fold.accounts["ACME-1"]
    now = {"last_quantity": 4 * ONE, "last_price": ASK, "original_quantity": 6 * ONE, "original_price": BID}
    told = answer(desk, ExecType.TRADE_CORRECT, trade, **now, **left(4))
    assert (told.last_quantity, told.original_quantity, told.original_price) == (4 * ONE, 6 * ONE, BID)
    assert account.position("IBM") == 4 * ONE
    assert account.reserved("IBM", "buy") == 6 * ONE
    up = {"last_quantity": 10 * ONE, "last_price": ASK, "original_quantity": 4 * ONE, "original_price": ASK}
    answer(desk, ExecType.TRADE_CORRECT, trade, **up, **left(10))
    assert (account.position("IBM"), account.orders, account.working) == (10 * ONE, {}, {})


def test_a_canceled_order_stays_closed_when_its_fill_is_busted_and_when_one_is_booked_after_all(desk: Desk) -> None:
    trade = filled(desk, quantity=5)
    answer(desk, ExecType.CANCELED, trade, cum_quantity=5 * ONE)
    account = desk.fold.accounts["ACME-1"]
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 5 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, cum_quantity=0, leaves_quantity=0)
    assert (account.position("IBM"), account.orders, desk.fold.closed["O1"].cum) == (0, {}, 0)
    answer(desk, ExecType.TRADE, trade, last_quantity=4 * ONE, cum_quantity=4 * ONE, leaves_quantity=0)
    assert (account.position("IBM"), account.orders, account.working) == (4 * ONE, {}, {})
    assert desk.cancel("O1")[0].cum_quantity == 4 * ONE


def test_a_correction_of_a_forgotten_order_is_passed_on_when_it_says_what_the_order_had(desk: Desk) -> None:
    trade = filled(desk)
    desk.fold.closed.clear()
    was = {"quantity": 10 * ONE, "price": BID, "order_quantity": 10 * ONE, "order_cum_quantity": 10 * ONE}
    assert correct(desk, 10, None, attributes=was) == []
    assert desk.validated[-1] is desk.orders[-1].message
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, cum_quantity=0, leaves_quantity=0)
    account = desk.fold.accounts["ACME-1"]
    assert (account.position("IBM"), account.orders, account.working) == (0, {}, {})


def test_an_order_forgotten_meanwhile_is_opened_from_what_the_correction_tells(desk: Desk) -> None:
    trade = filled(desk)
    desk.fold.closed.clear()
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, **left(0), conditions=Conditions(post_only=True))
    order = desk.fold.accounts["ACME-1"].orders["O1"]
    assert (order.leaves, order.price, order.conditions) == (10 * ONE, BID, Conditions(post_only=True))


def test_a_request_that_was_under_way_at_the_fill_is_still_so_after_the_bust(desk: Desk) -> None:
    (pending,) = desk.new("O1")
    desk.replace("O1", quantity=12 * ONE)
    trade = answer(desk, ExecType.TRADE, pending, trade_id="T1", last_quantity=10 * ONE, last_price=BID, **left(10))
    bust = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, trade, **bust, **left(0))
    account = desk.fold.accounts["ACME-1"]
    assert account.reserved("IBM", "buy") == 12 * ONE
    answer(desk, ExecType.REPLACED, trade, quantity=12 * ONE, **left(0, 12))
    assert (account.reserved("IBM", "buy"), account.orders["O1"].pending) == (12 * ONE, [])
