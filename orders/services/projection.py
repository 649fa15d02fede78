"""Executions into rows: a batch is a handful of statements, whatever its size."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from oms_site.infra import metrics
from orders.domain.lifecycle import FILLS, apply, opened
from orders.domain.objects import order_object
from orders.domain.state import OrderState
from orders.services.answers import corrections_answer, of_earlier_days
from orders.services.errors import StreamBroken
from orders.services.rows import StoredStep, executions_copy, orders_insert, orders_load, orders_update, orders_update_extras
from schemas.enums import ExecType
from schemas.messages import Execution

_DUPLICATES = metrics.DUPLICATES.labels("orders")
_CANCEL_REJECTED = ExecType.CANCEL_REJECTED.value

_STREAMS_LOCK = (
    "SELECT account, account_seq, fill_seq FROM orders_accountstream WHERE account = ANY(%s::text[]) ORDER BY account FOR UPDATE"
)
_STREAMS_WRITE = """
INSERT INTO orders_accountstream (account, account_seq, fill_seq)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (account) DO UPDATE SET account_seq = excluded.account_seq, fill_seq = excluded.fill_seq
"""


def executions_project(*, executions: Sequence[Execution]) -> list[StoredStep]:
    """Fold a batch into its orders and store both; the steps that were new, in order. Runs in the caller's transaction.

    A repeat is counted and left out. Raises `StreamBroken` on a gap in an account's numbers, `LifecycleError` (`OrderUnseen`,
    `StepIllegal`, `FillMismatch`) on a step that cannot be: the log is not what risk wrote, so the reader must halt.
    """
    streams = _streams_locked({execution.account for execution in executions})
    fresh = _fresh(executions, streams)
    if not fresh:
        return []
    loaded = orders_load({execution.order_id for execution in fresh}, lock=True)
    states: dict[str, OrderState] = {order_id: state for order_id, (state, _) in loaded.items()}
    earlier = of_earlier_days(fresh)
    steps: list[StoredStep] = []
    answered: set[str] = set()
    for execution in fresh:
        order_id = execution.order_id
        before = states.get(order_id)
        state = opened(execution) if before is None else apply(before, execution, earlier_day=execution.id in earlier)
        states[order_id] = state
        fill_seq = None
        if execution.type in FILLS:
            stream = streams[execution.account]
            fill_seq = stream[1] = stream[1] + 1
        elif execution.type == _CANCEL_REJECTED and execution.trade_id is None:  # with a trade it refuses the trade's correction
            answered.add(order_id)
        steps.append(StoredStep(execution, state, order_object(state), fill_seq))
    orders_insert([state for order_id, state in states.items() if order_id not in loaded], entered_by=None, request_id="")
    orders_update([states[order_id] for order_id in loaded], answered)
    orders_update_extras([states[order_id] for order_id, (was, _) in loaded.items() if states[order_id].extras is not was.extras])
    executions_copy(steps)
    corrections_answer(fresh)
    _streams_write(streams)
    return steps


def _fresh(executions: Sequence[Execution], streams: dict[str, list[int]]) -> list[Execution]:
    fresh = []
    for execution in executions:
        stream = streams[execution.account]
        if execution.seq == stream[0] + 1:
            stream[0] = execution.seq
            fresh.append(execution)
        elif execution.seq <= stream[0]:
            _DUPLICATES.inc()
        else:
            raise StreamBroken(f"{execution.account}: record {execution.seq} ({execution.id}) after {stream[0]}")
    return fresh


def _streams_locked(accounts: set[str]) -> dict[str, list[int]]:
    """[account_seq, fill_seq] by account, 0 for one that has none yet."""
    with connection.cursor() as cursor:
        cursor.execute(_STREAMS_LOCK, [sorted(accounts)])
        found = {account: [account_seq, fill_seq] for account, account_seq, fill_seq in cursor.fetchall()}
    return {account: found.get(account) or [0, 0] for account in accounts}


def _streams_write(streams: dict[str, list[int]]) -> None:
    accounts = sorted(streams)
    columns: list[Any] = [accounts, [streams[account][0] for account in accounts], [streams[account][1] for account in accounts]]
    with connection.cursor() as cursor:
        cursor.execute(_STREAMS_WRITE, columns)
