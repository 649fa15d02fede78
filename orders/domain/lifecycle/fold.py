"""The fold of executions over the table. Every quantity is checked against what follows from the steps before."""

from typing import Any

from orders.domain.lifecycle.conditions import extras_after
from orders.domain.lifecycle.errors import FillMismatch, OrderUnseen, StepIllegal
from orders.domain.lifecycle.table import CANCELED, EXPIRED, FILLED, REJECTED, TRANSITIONS, Step
from orders.domain.state import PLAIN, Identity, OrderState, entered, extras_of
from risk.domain.exposure import OWN_PREFIX
from schemas.enums import DESK_RULE, ExecType, Reason
from schemas.messages import Execution

_TABLE: dict[tuple[str, str], str] = {(status, str(step)): after for (status, step), after in TRANSITIONS.items()}
_LAST_OF = {
    ExecType.TRADE.value: Step.FILL.value,
    ExecType.REPLACED.value: Step.REPLACED_TO_FILLED.value,
    ExecType.RESTATED.value: Step.RESTATED_TO_FILLED.value,
}
_TRADE, _RESTATED = ExecType.TRADE.value, ExecType.RESTATED.value
_CORRECTIONS = frozenset({ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value})
_TOLD_APART = frozenset({*_LAST_OF, *_CORRECTIONS})
FILLS = frozenset({_TRADE, *_CORRECTIONS})
"""Types of the records that count as an account's fills: trades, and what becomes of them later."""
_REQUESTS = frozenset(
    {
        *(ExecType.PENDING_CANCEL.value, ExecType.CANCELED.value, ExecType.CANCEL_REJECTED.value),
        *(ExecType.PENDING_REPLACE.value, ExecType.REPLACED.value, ExecType.REPLACE_REJECTED.value),
    }
)
_TELLING = frozenset(
    {
        *(ExecType.REPLACED.value, _RESTATED, *_CORRECTIONS),
        *(ExecType.TRIGGERED.value, ExecType.DONE_FOR_DAY.value, ExecType.SUSPENDED.value),
    }
)
"""Types after which a plain order may not be plain any more."""
_ENDED = frozenset({CANCELED, REJECTED, EXPIRED})
_CLOSED = frozenset({FILLED, *_ENDED})


def apply(order: OrderState, execution: Execution, *, earlier_day: bool = False) -> OrderState:
    """The order after its next execution. Raises `StepIllegal` or `FillMismatch`.

    `earlier_day` says of a correction that the fill is one of a business day before the order's present one.
    """
    kind = execution.type
    step = kind if kind not in _TOLD_APART else _step(order, execution)
    working = _TABLE.get((order.working, step))
    if working is None:
        raise StepIllegal(f"{order.identity.id}: {step} while {order.working} ({execution.id})")
    quantity, price, cum = order.quantity, order.price, order.cum_quantity
    leaves, notional, reject = order.leaves_quantity, order.cum_notional, order.reject
    cancel_pending, replaces = order.cancel_pending, order.replaces_pending
    if kind == _TRADE:
        filled, at = execution.last_quantity, execution.last_price
        if not filled or not at:
            raise FillMismatch(f"{execution.id}: a trade without quantity or price")
        cum += filled
        leaves = min(0, quantity - cum) if working in _ENDED else leaves - filled  # below zero: more than the total
        notional += filled * at
        _require_same(order, execution, cum, leaves)
    elif kind in _TOLD_APART:
        quantity, price, cum, leaves, notional = _new_terms(order, execution, closed=working in _CLOSED)
    elif working in _ENDED:
        leaves = 0
        reject = _reject(execution) if kind == REJECTED else reject
    if kind in _REQUESTS:
        cancel_pending, replaces = _pending(order, execution)
    extras = order.extras
    if extras is not PLAIN or kind in _TELLING:
        extras = extras_after(order, execution, cum=cum, closed=working in _CLOSED, earlier_day=earlier_day)
    return OrderState(
        *(order.identity, quantity, price, working, cancel_pending, replaces, cum, leaves, notional, reject),
        *(order.events + 1, execution.time, extras),
    )


def opened(execution: Execution) -> OrderState:
    """The order that starts with this execution: one that came to the log without our intake, as the house's do.

    Raises `OrderUnseen` unless it is a first step: pending_new, rejected, or the refusal of a request for an order nobody knows (B.1.f).
    """
    identity = Identity(
        execution.order_id,
        execution.client_order_id,
        execution.account,
        execution.symbol,
        execution.side,
        execution.order_type,
        execution.tif,
        execution.time,
        execution.trade_date,
    )
    order = entered(identity, execution.quantity, execution.price, extras_of(execution.conditions))
    if execution.type in (ExecType.PENDING_NEW, ExecType.REJECTED):
        return apply(order, execution)
    if execution.type in (ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED) and execution.reason == Reason.ORDER_UNKNOWN:
        nameless = identity._replace(client_order_id=None)  # the name is the request's
        unknown = order._replace(identity=nameless, working=REJECTED, leaves_quantity=0, reject=_reject(execution))
        return apply(unknown, execution)
    raise OrderUnseen(f"{execution.type} {execution.id} of {execution.order_id}, which nobody has entered")


def _step(order: OrderState, execution: Execution) -> str:
    """The step of a record whose type means several, by what is filled and open after it."""
    kind = execution.type
    if kind in _CORRECTIONS:
        if execution.leaves_quantity:
            return Step.CORRECTED.value if execution.cum_quantity else Step.CORRECTED_TO_NEW.value
        return Step.CORRECTED_TO_FILLED.value if execution.cum_quantity == execution.quantity else Step.CORRECTED_CLOSED.value
    if execution.leaves_quantity:
        return kind
    if kind == _TRADE and execution.liquidity is None and order.working in _ENDED:
        return Step.LATE_TRADE.value
    return _LAST_OF[kind]


def _new_terms(order: OrderState, execution: Execution, *, closed: bool) -> tuple[int, int | None, int, int, int]:
    """Quantity, price, cum, leaves and notional after a replace, a restatement or a correction."""
    kind = execution.type
    quantity, price, cum, notional = execution.quantity, execution.price, order.cum_quantity, order.cum_notional
    if kind == _RESTATED:
        cum = execution.cum_quantity  # a split moves what is filled too; the notional stays
    elif kind in _CORRECTIONS:
        quantity, price = order.quantity, order.price
        cum, notional = _restated_fill(order, execution)
    leaves = 0 if closed and kind in _CORRECTIONS else quantity - cum
    _require_same(order, execution, cum, leaves)
    return quantity, price, cum, leaves, notional


def _pending(order: OrderState, execution: Execution) -> tuple[bool, int]:
    """Whether a cancel is pending then, and how many replaces. A refusal of risk's own, or of the desk, answers no request that is."""
    kind, cancel, replaces = execution.type, order.cancel_pending, order.replaces_pending
    if kind == ExecType.PENDING_CANCEL:
        return True, replaces
    if kind == ExecType.PENDING_REPLACE:
        return cancel, replaces + 1
    if kind == ExecType.CANCELED:
        return False, replaces
    if kind != ExecType.REPLACED and (execution.id[0] == OWN_PREFIX or execution.rule == DESK_RULE):
        return cancel, replaces
    if kind == ExecType.CANCEL_REJECTED:
        return False, replaces
    return cancel, max(0, replaces - 1)


def _restated_fill(order: OrderState, execution: Execution) -> tuple[int, int]:
    """What is filled, and for how much, once the fill is what the record says instead of what it was."""
    was, was_at = execution.original_quantity, execution.original_price
    now, now_at = execution.last_quantity or 0, execution.last_price or 0
    busted = execution.type == ExecType.TRADE_CANCEL
    if not was or not was_at or busted != (now == 0) or busted != (now_at == 0):
        raise FillMismatch(f"{execution.id}: a correction says what the fill was and what it is, a bust only what it was")
    cum, notional = order.cum_quantity + now - was, order.cum_notional + now * now_at - was * was_at
    if not 0 <= cum <= order.quantity or notional < 0:
        raise FillMismatch(f"{execution.id} of {order.identity.id}: cum {cum}, notional {notional} after {order.cum_quantity}")
    return cum, notional


def _require_same(order: OrderState, execution: Execution, cum: int, leaves: int) -> None:
    if execution.cum_quantity != cum or execution.leaves_quantity != leaves or leaves < 0:
        told = f"cum {execution.cum_quantity}, leaves {execution.leaves_quantity}"
        raise FillMismatch(f"{execution.id} of {order.identity.id}: {told}, but cum {cum}, leaves {leaves} follow from the steps before")


def _reject(execution: Execution) -> dict[str, Any]:
    return {
        "code": execution.reason,
        "rule": execution.rule,
        "limit": execution.limit,
        "actual": execution.actual,
        "message": execution.message,
    }
