"""Every pair of status and step is legal or illegal; the FIX sequences come out as the matrices have them."""

import itertools
from typing import Any

import pytest

from orders.domain.lifecycle import TRANSITIONS, WORKING, FillMismatch, OrderUnseen, Step, StepIllegal, apply, opened
from orders.domain.state import PLAIN, Extras, Identity, OrderState, entered
from schemas.enums import CLOSED_STATUSES, DESK_RULE, ExecType, OrderStatus
from schemas.messages import Conditions, Execution

IDENTITY = Identity("O1", "mine", "ACME-1", "IBM", "buy", "limit", "day", 1)
TOTAL = 10_000
HALF = TOTAL // 2
CLOSED = {status.value for status in CLOSED_STATUSES}


def order(working: str = "pending_new", **changes: Any) -> OrderState:
    """An order of 10,000 in a working status, half filled where the status says that something is."""
    cum = {"partially_filled": HALF, "filled": TOTAL}.get(working, 0)
    leaves = 0 if working in CLOSED else TOTAL - cum
    return entered(IDENTITY, TOTAL, 100)._replace(
        **{"working": working, "cum_quantity": cum, "leaves_quantity": leaves, "cum_notional": cum * 100} | changes
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
        "liquidity": "taker",
    }
    return report(state, "trade", **values | changes)


def replaced(state: OrderState, total: int) -> Execution:
    total = max(total, state.cum_quantity)
    return report(state, "replaced", quantity=total, leaves_quantity=total - state.cum_quantity)


def correction(state: OrderState, was: int, now: int, *, leaves: int | None = None, price: int = 100, **changes: Any) -> Execution:
    """The fill of `was` at 100 becomes `now` at `price`; 0 busts it. `leaves` None: what follows for an open order."""
    cum = state.cum_quantity + now - was
    values: dict[str, Any] = {
        "cum_quantity": cum,
        "leaves_quantity": state.quantity - cum if leaves is None else leaves,
        "last_quantity": now or None,
        "last_price": price if now else None,
        "original_quantity": was,
        "original_price": 100,
        "trade_id": "T1",
    }
    return report(state, "trade_correct" if now else "trade_cancel", **values | changes)


def restated(state: OrderState, total: int, **changes: Any) -> Execution:
    total = max(total, state.cum_quantity)
    return report(
        state, "restated", **{"quantity": total, "leaves_quantity": total - state.cum_quantity, "reason": "desk_change"} | changes
    )


def step_of(state: OrderState, step: Step) -> Execution:
    """A record that is this step and adds up, as far as one can in this status."""
    cum, left = state.cum_quantity, state.leaves_quantity or 1
    made = {
        Step.TRADE: lambda: trade(state, 1),
        Step.FILL: lambda: trade(state, left, leaves_quantity=0),
        Step.LATE_TRADE: lambda: trade(state, left, leaves_quantity=0, liquidity=None),
        Step.REPLACED: lambda: replaced(state, cum + 1),
        Step.REPLACED_TO_FILLED: lambda: report(state, "replaced", quantity=cum or 1, leaves_quantity=0),
        Step.RESTATED: lambda: restated(state, cum + 1),
        Step.RESTATED_TO_FILLED: lambda: restated(state, cum or 1, leaves_quantity=0),
        Step.CORRECTED: lambda: correction(state, 2, 1, leaves=state.quantity - cum + 1),
        Step.CORRECTED_TO_NEW: lambda: correction(state, cum or 1, 0, cum_quantity=0, leaves_quantity=state.quantity),
        Step.CORRECTED_TO_FILLED: lambda: correction(state, 2, TOTAL - cum + 2, cum_quantity=TOTAL, leaves_quantity=0),
        Step.CORRECTED_CLOSED: lambda: correction(state, 2, 1, leaves=0),
    }
    return made[step]() if step in made else report(state, step.value)


def before(working: str, step: Step) -> OrderState:
    """An order of this status to which the step may happen: a stop is there to trigger, something is filled that can be corrected."""
    state = order(working)
    if step == Step.TRIGGERED:
        return state._replace(extras=Extras(stop_price=100))
    if step.value.startswith("corrected") and working in ("canceled", "expired"):
        return state._replace(cum_quantity=HALF, cum_notional=HALF * 100)
    return state


@pytest.mark.parametrize(("working", "step"), list(itertools.product(WORKING, Step)))
def test_every_pair_is_legal_as_the_table_says_or_changes_nothing(working: str, step: Step) -> None:
    state = before(working, step)
    if step == Step.LATE_TRADE and working not in CLOSED:
        return  # it is a fill like any other then
    if (working, step) not in TRANSITIONS:
        with pytest.raises(StepIllegal):
            apply(state, step_of(state, step))
        return
    after = apply(state, step_of(state, step))
    assert after.working == TRANSITIONS[working, step]
    assert after.events == state.events + 1
    if after.working in CLOSED:
        assert after.leaves_quantity == 0
    else:
        assert after.quantity == after.cum_quantity + after.leaves_quantity


def test_every_type_of_the_wire_is_a_step() -> None:
    corrections = {ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value}
    assert {kind.value for kind in ExecType} - corrections <= {step.value for step in Step}


def test_a_closed_order_takes_the_refusal_of_a_late_request_and_what_the_desk_makes_of_its_fills() -> None:
    late = {Step.CANCEL_REJECTED, Step.REPLACE_REJECTED, Step.LATE_TRADE, *(step for step in Step if step.startswith("corrected"))}
    for working, step in TRANSITIONS:
        if working in CLOSED:
            assert step in late
    for working in ("canceled", "expired", "rejected"):
        assert all(after == working for (status, _), after in TRANSITIONS.items() if status == working), "an end stays"


def test_the_statuses_of_the_table_are_those_of_the_wire_without_those_that_flags_tell() -> None:
    assert set(WORKING) == {status.value for status in OrderStatus} - {"pending_cancel", "pending_replace", "done_for_day", "suspended"}


Row = tuple[str, str, int, int]


def run(*script: Any) -> list[Row]:
    """(type, status, cum, leaves) after each line: a word, a quantity traded, or a pair.

    Pairs: ("replaced", total), ("restated", total or reason), ("corrected" or "corrected closed", (was, now)), ("late", traded).
    """
    state, seen = order(), []
    for line in script:
        if isinstance(line, int):
            record = trade(state, line)
        elif isinstance(line, tuple):
            record = pair(state, *line)
        else:
            prefix, _, kind = line.rpartition(" ")
            record = report(state, kind, prefix=prefix or "M")
        state = apply(state, record)
        seen.append((record.type, state.status, state.cum_quantity, state.leaves_quantity))
    return seen


def pair(state: OrderState, kind: str, value: Any) -> Execution:
    match kind:
        case "replaced":
            return replaced(state, value)
        case "restated" if isinstance(value, str):
            return report(state, "restated", reason=value)
        case "restated":
            return restated(state, value)
        case "late":
            return trade(state, value, leaves_quantity=0, liquidity=None)
        case "corrected closed":
            return correction(state, *value, leaves=0)
    return correction(state, *value)


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
        ("A.1.b as expiry", ("new", 3000, "expired"), "new 0/10000, partially_filled 3000/7000, expired 3000/0"),
        ("E.1.d", ("new", ("restated", 9000), 9000), "new 0/10000, new 0/9000, filled 9000/0"),
        ("E.1.c", ("new", 1000, ("restated", 8000)), "new 0/10000, partially_filled 1000/9000, partially_filled 1000/7000"),
        (
            "desk's total at or below filled",
            ("new", 5000, ("restated", 5000)),
            "new 0/10000, partially_filled 5000/5000, filled 5000/0",
        ),
        (
            "H.1.a",
            ("new", 2000, "done_for_day", ("restated", "new_day"), 1000),
            "new 0/10000, partially_filled 2000/8000, done_for_day 2000/8000, partially_filled 2000/8000, partially_filled 3000/7000",
        ),
        (
            "H.1.c",
            ("new", 2000, "done_for_day", ("restated", "new_day"), "pending_cancel", "canceled"),
            "new 0/10000, partially_filled 2000/8000, done_for_day 2000/8000, partially_filled 2000/8000, pending_cancel 2000/8000, "
            "canceled 2000/0",
        ),
        (
            "canceled over night",
            ("new", "done_for_day", "pending_cancel", "canceled"),
            "new 0/10000, done_for_day 0/10000, pending_cancel 0/10000, canceled 0/0",
        ),
        (
            "K.1.a",
            ("new", 2000, "suspended", ("restated", "market_resumed"), 8000),
            "new 0/10000, partially_filled 2000/8000, suspended 2000/8000, partially_filled 2000/8000, filled 10000/0",
        ),
        (
            "K.1.b",
            ("new", "suspended", "canceled"),
            "new 0/10000, suspended 0/10000, canceled 0/0",
        ),
        (
            "halted, then the night",
            ("new", "suspended", "done_for_day", ("restated", "new_day")),
            "new 0/10000, suspended 0/10000, done_for_day 0/10000, new 0/10000",
        ),
        (
            "J.1.b",
            ("new", 5000, "canceled", ("corrected closed", (5000, 0)), ("late", 4000)),
            "new 0/10000, partially_filled 5000/5000, canceled 5000/0, canceled 0/0, canceled 4000/0",
        ),
        (
            "busted after the fill",
            ("new", 10000, ("corrected", (10000, 0))),
            "new 0/10000, filled 10000/0, new 0/10000",
        ),
        (
            "busted where nothing rests",
            ("new", 10000, ("corrected closed", (4000, 0))),
            "new 0/10000, filled 10000/0, canceled 6000/0",
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


def test_corrections_recompute_cum_notional_and_average_exactly() -> None:
    """J.1.a: 1000@100 and 9000@110, then what the desk makes of them."""
    state = apply(order(), report(order(), "new"))
    averages = []

    def step(record: Execution) -> None:
        nonlocal state
        state = apply(state, record)
        averages.append((state.working, state.cum_quantity, state.leaves_quantity, state.cum_notional // state.cum_quantity))

    step(trade(state, 1000))
    step(trade(state, 9000, 110))
    step(correction(state, 1000, 0))
    step(correction(state, 9000, 9000, original_price=110))
    step(trade(state, 1000, 120))
    step(correction(state, 9000, 9000, price=120))
    assert averages == [
        ("partially_filled", 1000, 9000, 100),
        ("filled", 10000, 0, 109),
        ("partially_filled", 9000, 1000, 110),
        ("partially_filled", 9000, 1000, 100),
        ("filled", 10000, 0, 102),
        ("filled", 10000, 0, 120),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"original_quantity": None},
        {"original_price": None},
        {"original_quantity": 0},
        {"last_quantity": None},
        {"last_price": None},
        {"cum_quantity": HALF},
        {"leaves_quantity": 1},
        {"original_quantity": HALF + 1},
        {"type": "trade_cancel"},
        {"original_price": 10_000},
    ],
    ids=str,
)
def test_a_correction_that_does_not_add_up_is_refused(wrong: dict[str, Any]) -> None:
    state = order("partially_filled")
    with pytest.raises(FillMismatch):
        apply(state, correction(state, 1000, 500, **wrong))


def test_nothing_is_filled_beyond_the_total_by_a_correction_or_late() -> None:
    filled = order("filled")
    with pytest.raises(FillMismatch):
        apply(filled, correction(filled, 1000, 1001, leaves=0, quantity=TOTAL + 1))
    canceled = order("canceled")
    with pytest.raises(FillMismatch):
        apply(canceled, trade(canceled, TOTAL + 1, leaves_quantity=0, liquidity=None))


def test_a_fill_of_the_market_after_the_end_is_illegal_one_of_the_desk_is_not() -> None:
    canceled = order("canceled")
    with pytest.raises(StepIllegal):
        apply(canceled, trade(canceled, 1, leaves_quantity=0, liquidity="maker"))
    assert apply(canceled, trade(canceled, 1, leaves_quantity=0, liquidity=None)).cum_quantity == 1


def test_a_split_keeps_the_notional_and_moves_all_that_is_counted() -> None:
    """H.1.b, on the second day: what was filled before it is split as well."""
    state = order("partially_filled", extras=Extras(prior_cum=2000, display_quantity=500))
    record = restated(
        state,
        2 * TOTAL,
        cum_quantity=2 * HALF,
        leaves_quantity=2 * HALF,
        price=50,
        reason="split",
        conditions=Conditions(display_quantity=1000),
    )
    after = apply(state, record)
    assert (after.quantity, after.price, after.cum_quantity, after.leaves_quantity) == (20_000, 50, 10_000, 10_000)
    assert after.cum_notional == state.cum_notional
    assert (after.extras.prior_cum, after.extras.display_quantity) == (4000, 1000)


def test_the_day_counts_from_what_was_filled_before_it() -> None:
    """J.1.c: 2000 on day one, 1000 on day two, then the first corrected to 1500 and the second to 500."""
    state = order("partially_filled", cum_quantity=2000, leaves_quantity=8000, cum_notional=200_000)
    days = []
    for record, earlier in (
        (lambda stands: report(stands, "done_for_day"), False),
        (lambda stands: report(stands, "restated", reason="new_day"), False),
        (lambda stands: trade(stands, 1000), False),
        (lambda stands: correction(stands, 2000, 1500), True),
        (lambda stands: correction(stands, 1000, 500), False),
    ):
        state = apply(state, record(state), earlier_day=earlier)
        prior = state.extras.prior_cum
        days.append((state.cum_quantity, state.leaves_quantity, state.quantity - prior, state.cum_quantity - prior))
    assert days[1:] == [
        (2000, 8000, 8000, 0),
        (3000, 7000, 8000, 1000),
        (2500, 7500, 8500, 1000),
        (2000, 8000, 8500, 500),
    ]


def test_a_stop_triggers_once_and_only_where_there_is_one() -> None:
    stop = order("new", extras=Extras(stop_price=100))
    triggered = apply(stop, report(stop, "triggered"))
    assert (triggered.extras.triggered, triggered.status) == (True, "new")
    for state in (triggered, order("new")):
        with pytest.raises(StepIllegal):
            apply(state, report(state, "triggered"))


def test_an_order_that_stands_as_if_nothing_had_been_is_plain_again() -> None:
    state = order("new")
    suspended = apply(state, report(state, "suspended"))
    assert suspended.extras is not PLAIN
    assert apply(suspended, report(suspended, "restated", reason="market_resumed")).extras is PLAIN


def test_an_end_is_neither_suspended_nor_done_for_the_day() -> None:
    for flag in ("suspended", "done_for_day"):
        state = order("new", extras=Extras(**{flag: True}))
        assert state.status == flag
        assert apply(state, report(state, "canceled")).extras is PLAIN


def test_what_is_pending_is_told_above_the_night_and_the_halt() -> None:
    for flag in ("suspended", "done_for_day"):
        state = order("new", extras=Extras(**{flag: True}))
        assert apply(state, report(state, "pending_cancel")).status == "pending_cancel"
        assert apply(state, report(state, "pending_replace")).status == "pending_replace"
    both = order("new", extras=Extras(suspended=True, done_for_day=True))
    assert both.status == "done_for_day"


def test_a_replaced_stop_has_the_price_its_record_tells() -> None:
    state = order("new", extras=Extras(stop_price=100), replaces_pending=1)
    after = apply(state, report(state, "replaced", conditions=Conditions(stop_price=101)))
    assert (after.extras.stop_price, after.replaces_pending) == (101, 0)


@pytest.mark.parametrize("kind", ["cancel_rejected", "replace_rejected"])
def test_a_refusal_of_the_desk_leaves_what_the_client_has_pending(kind: str) -> None:
    state = order("new", cancel_pending=True, replaces_pending=1)
    after = apply(state, report(state, kind, rule=DESK_RULE))
    assert (after.cancel_pending, after.replaces_pending) == (True, 1)


@pytest.mark.parametrize("kind", ["pending_new", "rejected"])
def test_an_order_may_begin_with_its_first_step(kind: str) -> None:
    first = opened(report(order(), kind))
    assert (first.identity.id, first.status, first.events) == ("O1", kind, 1)


@pytest.mark.parametrize("kind", ["new", "trade", "canceled", "pending_cancel", "replaced"])
def test_no_order_begins_in_the_middle(kind: str) -> None:
    state = order()
    with pytest.raises(OrderUnseen):
        opened(trade(state, 1) if kind == "trade" else report(state, kind))
