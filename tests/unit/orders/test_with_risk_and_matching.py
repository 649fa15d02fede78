"""Whatever risk and matching write, under random flow of everything that can happen, is a legal life for every order."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.domain.lifecycle import FILLS, apply, opened
from orders.domain.state import OrderState
from schemas.enums import ExecType
from tests.unit.risk.full_floor import FullFloor

REFUSALS = {ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 400))
def test_every_record_is_a_legal_step_and_in_the_end_nothing_is_pending(seed: int, steps: int) -> None:
    floor = FullFloor(seed)
    for _ in range(steps):
        floor.step()
    floor.settle()
    states: dict[str, OrderState] = {}
    notional: dict[str, int] = defaultdict(int)
    for execution in floor.desk.log:
        before = states.get(execution.order_id)
        state = opened(execution) if before is None else apply(before, execution)
        states[execution.order_id] = state
        if execution.type in FILLS:
            was = (execution.original_quantity or 0) * (execution.original_price or 0)
            notional[execution.order_id] += (execution.last_quantity or 0) * (execution.last_price or 0) - was
        if state.is_open:
            assert state.quantity == state.cum_quantity + state.leaves_quantity
        else:
            assert state.leaves_quantity == 0
            assert not state.extras.suspended
            assert not state.extras.done_for_day
        if execution.type not in REFUSALS:
            assert (state.cum_quantity, state.leaves_quantity) == (execution.cum_quantity, execution.leaves_quantity)
            if execution.type not in FILLS:  # of an order that matching has forgotten, a correction tells no terms
                assert (state.quantity, state.price) == (execution.quantity, execution.price)
    for order_id, state in states.items():
        assert not state.cancel_pending, order_id
        assert state.replaces_pending == 0, order_id
        assert state.status != "pending_new", order_id
        assert state.cum_notional == notional[order_id]
        still_open = order_id in floor.desk.fold.accounts[state.identity.account].orders
        assert state.is_open == still_open, "risk and the projection agree on what is open"
        if still_open and (waiting := floor.matching.engine.orders.get(order_id)) and waiting.conditions:
            stands = waiting.conditions
            assert (state.extras.stop_price, state.extras.display_quantity) == (stands.stop_price, stands.display_quantity)
