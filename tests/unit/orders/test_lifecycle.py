"""Every pair of status and step is legal or illegal; the FIX sequences come out as the matrices have them."""

import itertools
from typing import Any

import pytest

from orders.domain.lifecycle import TRANSITIONS, WORKING, FillMismatch, OrderUnseen, Step, StepIllegal, apply, opened
from orders.domain.state import Identity, OrderState, entered
from schemas.enums import CLOSED_STATUSES, OrderStatus
from schemas.messages import Execution

IDENTITY = Identity("O1", "mine", "ACME-1", "IBM", "buy", "limit", "day", 1)
TOTAL = 10_000
HALF = TOTAL // 2
CLOSED = {status.value for status in CLOSED_STATUSES}


def order(working: str = "pending_new", **changes: Any) -> OrderState:
    """An order of 10,000 in a working status, half filled where the status says that something is."""
    cum = {"partially_filled": HALF, "filled": TOTAL}.get(working, 0)
    leaves = 0 if working in CLOSED else TOTAL - cum
    return entered(IDENTITY, TOTAL, 100)._replace(
        working=working, cum_quantity=cum, leaves_quantity=leaves, cum_notional=cum * 100, **changes
    )


def report(state: OrderState, kind: str, *, prefix: str = "M", **changes: Any) -> Execution:
    """A record of this type that fits the order as it stands."""
    values: dict[str, Any] = {
        "id": f"{prefix}1",
        "seq": 1,
        "type": kind,
        "order_id": state.identity.id,
        "account": "ACME-1",
        "symbol": "IBM",
        "side": "buy",
        "order_type": "limit",
        "tif": "day",
        "quantity": state.quantity,
        "price": state.price,
        "cum_quantity": state.cum_quantity,
        "leaves_quantity": 0 if kind in ("canceled", "rejected", "expired") else state.leaves_quantity,
        "time": 5,
    }
    return Execution(**values | changes)


def trade(state: OrderState, quantity: int, price: int = 100, **changes: Any) -> Execution:
    values: dict[str, Any] = {
        "cum_quantity": state.cum_quantity + quantity,
        "leaves_quantity": state.leaves_quantity - quantity,
        "last_quantity": quantity,
        "last_price": price,
        "trade_id": "T1",
    }
    return report(state, "trade", **values | changes)


def replaced(state: OrderState, total: int) -> Execution:
    total = max(total, state.cum_quantity)
    return report(state, "replaced", quantity=total, leaves_quantity=total - state.cum_quantity)


def step_of(state: OrderState, step: Step) -> Execution:
    if step == Step.TRADE:
        return trade(state, 1)
    if step == Step.FILL:
        return trade(state, state.leaves_quantity or 1, leaves_quantity=0)
    if step == Step.REPLACED:
        return replaced(state, state.cum_quantity + 1)
    if step == Step.REPLACED_TO_FILLED:
        return report(state, "replaced", quantity=state.cum_quantity or 1, leaves_quantity=0)
    return report(state, step.value)


@pytest.mark.parametrize(("working", "step"), list(itertools.product(WORKING, Step)))
def test_every_pair_is_legal_as_the_table_says_or_changes_nothing(working: str, step: Step) -> None:
    before = order(working)
    if (working, step) not in TRANSITIONS:
        with pytest.raises(StepIllegal):
            apply(before, step_of(before, step))
        return
    after = apply(before, step_of(before, step))
    assert after.working == TRANSITIONS[working, step]
    assert after.events == before.events + 1
    if after.working in CLOSED:
        assert after.leaves_quantity == 0
    else:
        assert after.quantity == after.cum_quantity + after.leaves_quantity


def test_a_closed_order_takes_nothing_but_the_refusal_of_a_late_request() -> None:
    for working, step in TRANSITIONS:
        if working in CLOSED:
            assert step in (Step.CANCEL_REJECTED, Step.REPLACE_REJECTED)
            assert TRANSITIONS[working, step] == working


def test_the_statuses_of_the_table_are_those_of_the_wire_without_the_pending_requests() -> None:
    assert set(WORKING) == {status.value for status in OrderStatus} - {"pending_cancel", "pending_replace"}


Row = tuple[str, str, int, int]


def run(*script: Any) -> list[Row]:
    """(type, status, cum, leaves) after each line: a word, a quantity traded, or ("replaced", total)."""
    state, seen = order(), []
    for line in script:
        if isinstance(line, int):
            record = trade(state, line)
        elif isinstance(line, tuple):
            record = replaced(state, line[1])
        else:
            prefix, _, kind = line.rpartition(" ")
            record = report(state, kind, prefix=prefix or "M")
        state = apply(state, record)
        seen.append((record.type, state.status, state.cum_quantity, state.leaves_quantity))
    return seen


def statuses(*script: Any) -> list[str]:
    return [f"{status} {cum}/{leaves}" for _, status, cum, leaves in run(*script)]


@pytest.mark.parametrize(
    ("scenario", "script", "expected"),
    [
        ("A.1.a", ("new", 2000, 1000, 7000), "new 0/10000, partially_filled 2000/8000, partially_filled 3000/7000, filled 10000/0"),
        ("A.1.a rejected", ("rejected",), "rejected 0/0"),
        ("B.1.a", ("new", "pending_cancel", "canceled"), "new 0/10000, pending_cancel 0/10000, canceled 0/0"),
        ("B.1.a refused", ("new", "pending_cancel", "cancel_rejected"), "new 0/10000, pending_cancel 0/10000, new 0/10000"),
        (
            "B.1.b",
            ("new", 2000, 3000, "pending_cancel", 1000, "canceled"),
            "new 0/10000, partially_filled 2000/8000, partially_filled 5000/5000, pending_cancel 5000/5000, pending_cancel 6000/4000, "
            "canceled 6000/0",
        ),
        (
            "B.1.c",
            ("new", 2000, 3000, "pending_cancel", 5000, "cancel_rejected"),
            "new 0/10000, partially_filled 2000/8000, partially_filled 5000/5000, pending_cancel 5000/5000, pending_cancel 10000/0, "
            "filled 10000/0",
        ),
        ("B.1.d", ("pending_cancel", "new", "canceled"), "pending_cancel 0/10000, pending_cancel 0/10000, canceled 0/0"),
        (
            "C.1.a",
            ("new", "pending_replace", ("replaced", 11000), 1000, 2000),
            "new 0/10000, pending_replace 0/10000, new 0/11000, partially_filled 1000/10000, partially_filled 3000/8000",
        ),
        (
            "C.1.b",
            ("new", 1000, "pending_replace", 100, ("replaced", 12000), 10900),
            "new 0/10000, partially_filled 1000/9000, pending_replace 1000/9000, pending_replace 1100/8900, partially_filled 1100/10900, "
            "filled 12000/0",
        ),
        (
            "C.2.a",
            ("new", 1000, 9000, "replace_rejected"),
            "new 0/10000, partially_filled 1000/9000, filled 10000/0, filled 10000/0",
        ),
        (
            "C.3.b",
            ("new", 7000, "pending_replace", ("replaced", 7000)),
            "new 0/10000, partially_filled 7000/3000, pending_replace 7000/3000, filled 7000/0",
        ),
        (
            "C.3.c",
            ("new", 8000, "pending_replace", ("replaced", 7000)),
            "new 0/10000, partially_filled 8000/2000, pending_replace 8000/2000, filled 8000/0",
        ),
        (
            "D.2.b",
            ("new", "pending_replace", "pending_replace", ("replaced", 9000), ("replaced", 8000)),
            "new 0/10000, pending_replace 0/10000, pending_replace 0/10000, pending_replace 0/9000, new 0/8000",
        ),
        (
            "D.2.d",
            ("new", 1000, "pending_replace", "E replace_rejected", ("replaced", 8000)),
            "new 0/10000, partially_filled 1000/9000, pending_replace 1000/9000, pending_replace 1000/9000, partially_filled 1000/7000",
        ),
        ("E.1.b", ("new", 1000, "canceled"), "new 0/10000, partially_filled 1000/9000, canceled 1000/0"),
        ("I.1.b", ("new", 1000, "canceled"), "new 0/10000, partially_filled 1000/9000, canceled 1000/0"),
        (
            "cancel before replace",
            ("new", "pending_replace", "pending_cancel", ("replaced", 9000), "canceled"),
            "new 0/10000, pending_replace 0/10000, pending_cancel 0/10000, pending_cancel 0/9000, canceled 0/0",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 24 else "",
)
def test_fix_sequences(scenario: str, script: tuple[Any, ...], expected: str) -> None:
    assert statuses(*script) == expected.split(", "), scenario


def test_a_refusal_of_risk_does_not_answer_what_is_pending_in_the_market() -> None:
    assert statuses("new", "pending_cancel", "E cancel_rejected", "canceled")[2] == "pending_cancel 0/10000"


def test_the_notional_is_the_exact_sum_of_the_fills() -> None:
    state = order("new")
    for quantity, price in ((3, 7), (9, 11)):
        state = apply(state, trade(state, quantity, price))
    assert state.cum_notional == 3 * 7 + 9 * 11


@pytest.mark.parametrize(
    "wrong",
    [{"cum_quantity": 2}, {"leaves_quantity": 5}, {"last_quantity": None}, {"last_price": None}, {"last_quantity": 2}],
)
def test_a_fill_that_does_not_add_up_is_refused(wrong: dict[str, Any]) -> None:
    state = order("new")
    with pytest.raises(FillMismatch):
        apply(state, trade(state, 1, **wrong))


def test_an_overfill_is_refused() -> None:
    state = order("new")
    with pytest.raises(FillMismatch):
        apply(state, trade(state, TOTAL + 1))


def test_a_refused_replace_leaves_terms_and_counts_alone_whatever_its_record_says() -> None:
    state = order("partially_filled", replaces_pending=1)
    after = apply(state, report(state, "replace_rejected", quantity=1, price=1, cum_quantity=0, leaves_quantity=0))
    assert after == state._replace(replaces_pending=0, events=1, updated_at=5)


@pytest.mark.parametrize("kind", ["pending_new", "rejected"])
def test_an_order_may_begin_with_its_first_step(kind: str) -> None:
    first = opened(report(order(), kind))
    assert (first.identity.id, first.status, first.events) == ("O1", kind, 1)


@pytest.mark.parametrize("kind", ["new", "trade", "canceled", "pending_cancel", "replaced"])
def test_no_order_begins_in_the_middle(kind: str) -> None:
    state = order()
    with pytest.raises(OrderUnseen):
        opened(trade(state, 1) if kind == "trade" else report(state, kind))
