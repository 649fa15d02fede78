"""What becomes of an order's conditions and of what is told with its status: triggered, done for the day, suspended, filled today."""

from orders.domain.lifecycle.errors import FillMismatch, StepIllegal
from orders.domain.state import Extras, OrderState, canonical
from schemas.enums import ExecType, Reason
from schemas.messages import Execution

_CORRECTIONS = frozenset({ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value})


def extras_after(order: OrderState, execution: Execution, *, cum: int, closed: bool, earlier_day: bool) -> Extras:
    """The order's extras after a step that is legal. `cum` is what is filled then. Raises `StepIllegal` for a stop that triggers twice.

    What has ended is neither suspended nor done for the day. The same object comes back when nothing changed.
    """
    extras = order.extras
    kind = execution.type
    if kind == ExecType.TRIGGERED:
        if extras.triggered or (extras.stop_price is None and extras.trail_offset is None):
            raise StepIllegal(f"{order.identity.id}: triggered, but no stop waits ({execution.id})")
        return extras._replace(triggered=True)
    if kind == ExecType.DONE_FOR_DAY:
        return extras._replace(done_for_day=True)
    if kind == ExecType.SUSPENDED:
        return extras._replace(suspended=True)
    after = extras
    if kind == ExecType.REPLACED:
        after = _terms(extras, execution)
    elif kind == ExecType.RESTATED:
        after = _restated(order, _terms(extras, execution), execution)
    elif kind in _CORRECTIONS and earlier_day:
        prior = extras.prior_cum + (execution.last_quantity or 0) - (execution.original_quantity or 0)
        if not 0 <= prior <= cum:
            raise FillMismatch(f"{execution.id} of {order.identity.id}: {prior} filled before today, {cum} in all")
        after = extras._replace(prior_cum=prior)
    if closed and (after.done_for_day or after.suspended):
        after = after._replace(done_for_day=False, suspended=False)
    return extras if after == extras else canonical(after)


def _terms(extras: Extras, execution: Execution) -> Extras:
    """With the conditions the record tells, of those that can change."""
    told = execution.conditions
    if told is None:
        return extras
    return extras._replace(stop_price=told.stop_price, trail_offset=told.trail_offset, display_quantity=told.display_quantity)


def _restated(order: OrderState, extras: Extras, execution: Execution) -> Extras:
    """A new day counts from what is filled, a halt that is over lets go, a split moves what was filled before today with the rest."""
    if execution.reason == Reason.NEW_DAY:
        return extras._replace(done_for_day=False, suspended=False, prior_cum=execution.cum_quantity)
    if execution.reason == Reason.MARKET_RESUMED:
        return extras._replace(suspended=False)
    if extras.prior_cum and execution.cum_quantity != order.cum_quantity:
        return extras._replace(prior_cum=extras.prior_cum * execution.cum_quantity // order.cum_quantity)
    return extras
