"""Executions from the log into PostgreSQL, and out to the browsers and to those who wait for their order."""

from collections.abc import Sequence
from functools import partial

import orjson
from django.db import transaction

from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Frame, Halt, Handler
from oms_site.infra.tally import StageTally
from orders import services, wakeups
from orders.domain.lifecycle import LifecycleError
from orders.domain.objects import fill_object
from schemas.enums import ExecType
from schemas.messages import Execution
from schemas.topics import EXECUTIONS

ORDERS_CHANNEL = "orders"
FILLS_CHANNEL = "executions"

_STAGE = StageTally(metrics.ORDER_STAGE_SECONDS.labels("projection"))
_ANSWERS = frozenset({ExecType.NEW.value, ExecType.REJECTED.value})
"""Steps with which an order leaves `pending_new`, but for rare unsolicited ends, of which a waiter learns by looking."""


class NotAnExecution(TypeError):
    """A record of another kind on the topic of executions."""


def executions_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """Store a batch; a frame for each step of an order and each fill.

    Raises `Halt` when the log holds what cannot be (a gap, a fill of an unknown order): going on would make every row after it wrong.
    """
    try:
        steps = services.executions_project(executions=[_execution(delivery) for delivery in deliveries])
    except LifecycleError as error:
        raise Halt(f"{type(error).__name__}: {error}") from error
    frames: list[Frame] = []
    answered: list[tuple[str, str]] = []
    for execution, order, told, fill_seq in steps:
        account = execution.account
        frames.append(Frame(ORDERS_CHANNEL, account, execution.seq, "update", partial(orjson.dumps, told)))
        if fill_seq is not None:
            frames.append(Frame(FILLS_CHANNEL, account, fill_seq, "update", partial(_fill_text, execution, fill_seq)))
        elif execution.type in _ANSWERS:
            answered.append((account, execution.order_id))
            _STAGE.observe((now - order.identity.created_at) / 1e6)
    if answered:
        transaction.on_commit(partial(wakeups.wake, answered))
    return frames


def _fill_text(execution: Execution, fill_seq: int) -> bytes:
    return orjson.dumps(fill_object(execution, fill_seq))


def _execution(delivery: Delivery) -> Execution:
    if not isinstance(delivery.message, Execution):
        raise NotAnExecution(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


HANDLERS: dict[str, tuple[Handler, ...]] = {EXECUTIONS.name: (executions_project,)}
