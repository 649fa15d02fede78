"""Risk and the real matching fold under everything that can happen: nothing reserved is lost, nothing is pending for ever, fills add up."""

from collections import Counter

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.enums import ExecType
from tests.unit.risk.desk import ACCOUNTS, SYMBOLS
from tests.unit.risk.full_floor import FullFloor

SEEDS = st.integers(0, 10**9)


def floor_after(seed: int, steps: int = 250) -> FullFloor:
    floor = FullFloor(seed)
    for _ in range(steps):
        floor.step()
    return floor


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_at_rest_risk_knows_every_open_order_as_the_market_does(seed: int) -> None:
    floor = floor_after(seed)
    floor.settle()
    market = {
        order.id: (order.account, order.quantity, order.price, order.cum, order.leaves, order.waits, order.conditions)
        for order in floor.matching.engine.orders.values()
    }
    held = {
        order.id: (
            *(code, order.quantity, order.price, order.cum, order.leaves),
            *(order.stop_price is not None or order.trail_offset is not None, order.conditions),
        )
        for code, account in floor.desk.fold.accounts.items()
        for order in account.orders.values()
    }
    assert held == market


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_at_rest_what_is_reserved_is_what_is_open(seed: int) -> None:
    floor = floor_after(seed)
    floor.settle()
    counted: Counter[tuple[str, str, str]] = Counter()
    for order in floor.matching.engine.orders.values():
        counted[order.account, order.symbol, order.side] += order.leaves
    for code in ACCOUNTS:
        account = floor.desk.fold.accounts.get(code)
        for symbol in SYMBOLS:
            for side in ("buy", "sell"):
                reserved = 0 if account is None else account.reserved(symbol, side)
                assert reserved == counted[code, symbol, side]


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_when_everything_has_been_canceled_every_counter_is_zero(seed: int) -> None:
    floor = floor_after(seed)
    floor.drain()
    for account in floor.desk.fold.accounts.values():
        assert account.orders == {}
        assert account.working == {}
    assert floor.matching.engine.orders == {}


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_request_that_was_pending_has_exactly_one_answer(seed: int) -> None:
    floor = floor_after(seed)
    floor.settle()
    pending = sum(record.type in (ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE) for record in floor.desk.log)
    assert floor.answers() == pending
    for account in floor.desk.fold.accounts.values():
        assert not any(order.pending or order.cancel_pending for order in account.orders.values())
    assert not any(order.pending for order in floor.desk.fold.closed.values())


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_positions_are_the_fills_as_they_stand_after_corrections(seed: int) -> None:
    floor = floor_after(seed)
    floor.settle()
    counted: Counter[tuple[str, str]] = Counter()
    for account, symbol, side, quantity, _ in floor.fills().values():
        counted[account, symbol] += quantity if side == "buy" else -quantity
    for code, account in floor.desk.fold.accounts.items():
        for symbol in SYMBOLS:
            assert account.position(symbol) == counted[code, symbol]


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_recovery_from_the_start_and_from_any_snapshot_ends_in_the_same_state(seed: int) -> None:
    floor = floor_after(seed)
    live = orjson.dumps(floor.desk.fold.dump())
    assert orjson.dumps(floor.desk.recovered().dump()) == live
    for snapshot, orders, log in floor.cuts:
        stored = orjson.loads(orjson.dumps(snapshot))
        assert orjson.dumps(floor.desk.recovered(snapshot=stored, orders=orders, log=log).dump()) == live


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_numbers_have_no_gap_and_the_same_inputs_give_the_same_records(seed: int) -> None:
    desk = floor_after(seed).desk
    for code in ACCOUNTS:
        numbers = [record.seq for record in desk.log if record.account == code]
        assert numbers == list(range(1, len(numbers) + 1))
    again = desk.fresh()
    written = [output.message for delivery, now in desk.steps for output in again.handle(delivery, now)]
    assert [message for message in written if message in desk.log] == desk.log
    assert again.dump() == desk.fold.dump()


@pytest.mark.parametrize("seed", range(3))
def test_everything_there_is_happens(seed: int) -> None:
    """What the other tests rest on: this floor does bring about every kind of record."""
    floor = floor_after(seed, 4_000)
    floor.drain()
    assert {record.type for record in floor.desk.log} == set(ExecType)
