"""The life cycle of an order: one table of working statuses and steps (FIX 4.4 appendix D), and the fold of executions over it. Pure."""

from enum import StrEnum
from typing import Any

from orders.domain.state import Identity, OrderState, entered
from risk.domain.exposure import OWN_PREFIX
from schemas.enums import ExecType, OrderStatus, Reason
from schemas.messages import Execution


class LifecycleError(Exception):
    """The log holds a step that cannot be: the reader must halt, nothing has changed."""


class StepIllegal(LifecycleError):
    """The order's status does not allow the step."""


class FillMismatch(LifecycleError):
    """Quantities of a report do not follow from those before it."""


class OrderUnseen(LifecycleError):
    """A step, a fill for example, of an order that nobody has entered."""


class Step(StrEnum):
    """What a record of `executions` means for the status: its type, with the two that may use up the order told apart."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    REJECTED = "rejected"
    TRADE = "trade"
    FILL = "fill"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    PENDING_REPLACE = "pending_replace"
    REPLACED = "replaced"
    REPLACED_TO_FILLED = "replaced_to_filled"
    REPLACE_REJECTED = "replace_rejected"
    EXPIRED = "expired"


_LAST_OF = {ExecType.TRADE.value: Step.FILL.value, ExecType.REPLACED.value: Step.REPLACED_TO_FILLED.value}

PENDING_NEW = OrderStatus.PENDING_NEW.value
NEW = OrderStatus.NEW.value
PARTIAL = OrderStatus.PARTIALLY_FILLED.value
FILLED = OrderStatus.FILLED.value
CANCELED = OrderStatus.CANCELED.value
REJECTED = OrderStatus.REJECTED.value
EXPIRED = OrderStatus.EXPIRED.value

WORKING = (PENDING_NEW, NEW, PARTIAL, FILLED, CANCELED, REJECTED, EXPIRED)

TRANSITIONS: dict[tuple[str, str], str] = {
    (PENDING_NEW, Step.PENDING_NEW): PENDING_NEW,
    (PENDING_NEW, Step.NEW): NEW,
    (PENDING_NEW, Step.REJECTED): REJECTED,
    (PENDING_NEW, Step.PENDING_CANCEL): PENDING_NEW,  # B.1.d: a cancel may overtake the acknowledgement
    (PENDING_NEW, Step.PENDING_REPLACE): PENDING_NEW,
    (PENDING_NEW, Step.CANCELED): CANCELED,  # unsolicited, before the market took it
    (PENDING_NEW, Step.EXPIRED): EXPIRED,
    (PENDING_NEW, Step.CANCEL_REJECTED): PENDING_NEW,
    (PENDING_NEW, Step.REPLACE_REJECTED): PENDING_NEW,
    (NEW, Step.TRADE): PARTIAL,
    (NEW, Step.FILL): FILLED,
    (NEW, Step.PENDING_CANCEL): NEW,
    (NEW, Step.CANCELED): CANCELED,
    (NEW, Step.CANCEL_REJECTED): NEW,
    (NEW, Step.PENDING_REPLACE): NEW,
    (NEW, Step.REPLACED): NEW,
    (NEW, Step.REPLACE_REJECTED): NEW,
    (NEW, Step.EXPIRED): EXPIRED,
    (PARTIAL, Step.TRADE): PARTIAL,
    (PARTIAL, Step.FILL): FILLED,
    (PARTIAL, Step.PENDING_CANCEL): PARTIAL,
    (PARTIAL, Step.CANCELED): CANCELED,
    (PARTIAL, Step.CANCEL_REJECTED): PARTIAL,
    (PARTIAL, Step.PENDING_REPLACE): PARTIAL,
    (PARTIAL, Step.REPLACED): PARTIAL,
    (PARTIAL, Step.REPLACED_TO_FILLED): FILLED,  # C.3.b, C.3.c: nothing is left of the new total
    (PARTIAL, Step.REPLACE_REJECTED): PARTIAL,
    (PARTIAL, Step.EXPIRED): EXPIRED,
    # a request that lost the race is refused after the end (B.1.c, C.2.a): the refusal is told, the end stays
    (FILLED, Step.CANCEL_REJECTED): FILLED,
    (FILLED, Step.REPLACE_REJECTED): FILLED,
    (CANCELED, Step.CANCEL_REJECTED): CANCELED,
    (CANCELED, Step.REPLACE_REJECTED): CANCELED,
    (REJECTED, Step.CANCEL_REJECTED): REJECTED,
    (REJECTED, Step.REPLACE_REJECTED): REJECTED,
    (EXPIRED, Step.CANCEL_REJECTED): EXPIRED,
    (EXPIRED, Step.REPLACE_REJECTED): EXPIRED,
}
"""(working status, step): working status. What is not here is illegal."""

_TABLE: dict[tuple[str, str], str] = {(status, str(step)): after for (status, step), after in TRANSITIONS.items()}
_TRADE, _REPLACED = ExecType.TRADE.value, ExecType.REPLACED.value
_ENDED = frozenset({CANCELED, REJECTED, EXPIRED})


def apply(order: OrderState, execution: Execution) -> OrderState:
    """The order after its next execution. Raises `StepIllegal` or `FillMismatch`."""
    kind = execution.type
    step = _LAST_OF[kind] if kind in _LAST_OF and execution.leaves_quantity == 0 else kind
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
        leaves -= filled
        notional += filled * at
        _require_same(order, execution, cum, leaves)
    elif kind == _REPLACED:
        quantity, price, leaves = execution.quantity, execution.price, execution.leaves_quantity
        replaces = max(0, replaces - 1)
        _require_same(order, execution, cum, quantity - cum)
    elif working in _ENDED:
        leaves = 0
        if kind == CANCELED:
            cancel_pending = False
        elif kind == REJECTED:
            reject = _reject(execution)
    if kind == "pending_cancel":
        cancel_pending = True
    elif kind == "pending_replace":
        replaces += 1
    elif execution.id[0] != OWN_PREFIX:  # a refusal of risk itself answers nothing that is pending in the market
        if kind == "cancel_rejected":
            cancel_pending = False
        elif kind == "replace_rejected":
            replaces = max(0, replaces - 1)
    return OrderState(
        *(order.identity, quantity, price, working, cancel_pending, replaces, cum, leaves, notional, reject),
        *(order.events + 1, execution.time),
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
    )
    order = entered(identity, execution.quantity, execution.price)
    if execution.type in (ExecType.PENDING_NEW, ExecType.REJECTED):
        return apply(order, execution)
    if execution.type in (ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED) and execution.reason == Reason.ORDER_UNKNOWN:
        nameless = identity._replace(client_order_id=None)  # the name is the request's
        unknown = order._replace(identity=nameless, working=REJECTED, leaves_quantity=0, reject=_reject(execution))
        return apply(unknown, execution)
    raise OrderUnseen(f"{execution.type} {execution.id} of {execution.order_id}, which nobody has entered")


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
