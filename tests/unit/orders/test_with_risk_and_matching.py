"""Whatever risk and matching write, under random flow, is a legal life for every order."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.domain.lifecycle import apply, opened
from orders.domain.state import OrderState
from schemas.enums import ExecType
from tests.unit.risk.test_with_matching import Floor


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 400))
def test_every_record_is_a_legal_step_and_in_the_end_nothing_is_pending(seed: int, steps: int) -> None:
    floor = Floor(seed)
    for _ in range(steps):
        floor.step()
    floor.settle()
    states: dict[str, OrderState] = {}
    filled: dict[str, int] = defaultdict(int)
    for execution in floor.desk.log:
        before = states.get(execution.order_id)
        state = opened(execution) if before is None else apply(before, execution)
        states[execution.order_id] = state
        filled[execution.order_id] += execution.last_quantity or 0
        if state.is_open:
            assert state.quantity == state.cum_quantity + state.leaves_quantity
        else:
            assert state.leaves_quantity == 0
        if execution.type not in {ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED}:
            assert (state.cum_quantity, state.leaves_quantity) == (execution.cum_quantity, execution.leaves_quantity)
            assert (state.quantity, state.price) == (execution.quantity, execution.price)
    for order_id, state in states.items():
        assert not state.cancel_pending, order_id
        assert state.replaces_pending == 0, order_id
        assert state.status != "pending_new", order_id
        assert state.cum_quantity == filled[order_id]
        still_open = order_id in floor.desk.fold.accounts[state.identity.account].orders
        assert state.is_open == still_open, "risk and the projection agree on what is open"
