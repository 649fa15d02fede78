"""Reduce-only orders that rest while the position they were to close becomes smaller."""

from collections.abc import Callable

import orjson
import pytest

from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import Conditions, Execution, OrderCommand
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID
from tests.unit.risk.desk import Desk, answer

Fill = Callable[[Execution, int, int], None]


@pytest.fixture
def desk() -> Desk:
    """Ten IBM are held."""
    desk = Desk()
    (bought,) = desk.new("O1")
    fill(desk, bought, 10)
    return desk


def fill(desk: Desk, pending: Execution, quantity: int, before: int = 0) -> None:
    cum = (before + quantity) * ONE
    told = {"cum_quantity": cum, "leaves_quantity": pending.quantity - cum, "last_quantity": quantity * ONE, "last_price": BID}
    answer(desk, ExecType.TRADE, pending, trade_id=f"T{len(desk.reports)}", **told)


def closing(desk: Desk, order_id: str, quantity: int, **more) -> Execution:
    terms = {"side": "sell", "price": ASK, "quantity": quantity * ONE} | more
    (pending,) = desk.new(order_id, **terms)
    assert pending.type == ExecType.PENDING_NEW
    return pending


def only_reducing(desk: Desk, order_id: str, quantity: int) -> Execution:
    return closing(desk, order_id, quantity, conditions=Conditions(reduce_only=True))


def cuts(desk: Desk) -> list[tuple[str, str, int | None]]:
    """What the desk itself has asked of matching: command, order, total."""
    own: list[OrderCommand] = [command for command in desk.validated if command.unsolicited]
    assert all(command.reason == Reason.REDUCE_ONLY_WOULD_OPEN for command in own)
    return [(command.command, command.id, command.quantity and command.quantity // ONE) for command in own]


def test_another_order_that_shrinks_the_position_cuts_it_to_what_is_left(desk: Desk) -> None:
    only_reducing(desk, "R", 8)
    other = closing(desk, "S", 6)
    fill(desk, other, 2)
    assert cuts(desk) == []
    fill(desk, other, 4, before=2)
    assert cuts(desk) == [(CommandType.REPLACE, "R", 4)]


def test_without_a_position_it_is_canceled(desk: Desk) -> None:
    only_reducing(desk, "R", 8)
    fill(desk, closing(desk, "S", 10), 10)
    assert cuts(desk) == [(CommandType.CANCEL, "R", None)]


def test_the_newest_lose_first_and_the_other_symbol_is_left_alone(desk: Desk) -> None:
    for order_id, quantity in (("R1", 4), ("R2", 3), ("R3", 3)):
        only_reducing(desk, order_id, quantity)
    fill(desk, closing(desk, "S", 5), 5)
    assert cuts(desk) == [(CommandType.REPLACE, "R2", 1), (CommandType.CANCEL, "R3", None)]
    fill(desk, closing(desk, "X", 5, symbol="BAC"), 5)
    assert len(cuts(desk)) == 2


def test_its_own_fills_need_no_cut(desk: Desk) -> None:
    pending = only_reducing(desk, "R", 10)
    fill(desk, pending, 4)
    fill(desk, pending, 6, before=4)
    assert cuts(desk) == []


def test_a_cut_under_way_is_not_asked_for_again_and_counts_what_trades_before_it_arrives(desk: Desk) -> None:
    pending = only_reducing(desk, "R", 8)
    fill(desk, closing(desk, "S", 6), 6)
    assert cuts(desk) == [(CommandType.REPLACE, "R", 4)]
    fill(desk, pending, 3)
    fill(desk, desk.new("B")[0], 1)
    assert len(cuts(desk)) == 1
    told = {"quantity": 4 * ONE, "cum_quantity": 3 * ONE, "leaves_quantity": ONE}
    answer(desk, ExecType.RESTATED, pending, reason=Reason.REDUCE_ONLY_WOULD_OPEN, **told)
    assert desk.fold.accounts["ACME-1"].orders["R"].cut is None
    assert desk.fold.accounts["ACME-1"].reserved("IBM", "sell") == ONE


def test_a_bust_that_takes_the_position_away_cancels_it(desk: Desk) -> None:
    only_reducing(desk, "R", 8)
    bought = next(record for record in desk.log if record.type == ExecType.TRADE)
    told = {"last_quantity": None, "last_price": None, "original_quantity": 10 * ONE, "original_price": BID}
    answer(desk, ExecType.TRADE_CANCEL, bought, cum_quantity=0, leaves_quantity=0, **told)
    assert cuts(desk) == [(CommandType.CANCEL, "R", None)]


def test_one_that_is_being_canceled_anyway_is_not_cut(desk: Desk) -> None:
    only_reducing(desk, "R", 8)
    desk.cancel("R")
    fill(desk, closing(desk, "S", 10), 10)
    assert cuts(desk) == []


def test_a_worker_that_comes_back_knows_which_cuts_are_under_way(desk: Desk) -> None:
    only_reducing(desk, "R", 8)
    fill(desk, closing(desk, "S", 6), 6)
    live = orjson.dumps(desk.fold.dump())
    assert orjson.dumps(desk.recovered().dump()) == live
    desk.fold = desk.recovered(snapshot=orjson.loads(live), orders=len(desk.orders), log=len(desk.log))
    desk.cancel("S")
    assert len(cuts(desk)) == 1
