"""Rows of orders and executions in bulk: one statement a batch, integers of 1e-8 in and out.

The statements are written out because an ORM row costs more than everything else that is done for an order.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from orders.domain.objects import notional_text
from orders.domain.state import Identity, OrderState
from schemas.messages import Execution
from schemas.units import format_units

_INSERT = """
INSERT INTO orders_order
    (id, client_order_id, account, symbol, side, type, tif, quantity, price, entered_quantity, entered_price, status, working,
     cancel_requested, cancel_pending, replaces_pending, cum_quantity, leaves_quantity, cum_notional, reject, event_count, entered_by_id,
     request_id, created_at, updated_at)
SELECT id, client_order_id, account, symbol, side, type, tif, quantity * 0.00000001, price * 0.00000001, quantity * 0.00000001,
    price * 0.00000001, status, working, false, cancel_pending, replaces_pending, cum * 0.00000001, leaves * 0.00000001,
    notional * 0.0000000000000001, reject::jsonb, events, %s::integer, %s::text,
    'epoch'::timestamptz + created_at * interval '1 microsecond', 'epoch'::timestamptz + updated_at * interval '1 microsecond'
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
    %s::boolean[], %s::smallint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::text[], %s::integer[], %s::bigint[], %s::bigint[]
) AS t (id, client_order_id, account, symbol, side, type, tif, quantity, price, status, working, cancel_pending, replaces_pending, cum,
    leaves, notional, reject, events, created_at, updated_at)
"""

_LOAD = """
SELECT id, client_order_id, account, symbol, side, type, tif, (extract(epoch FROM created_at) * 1000000)::bigint,
    (quantity * 100000000)::bigint, (price * 100000000)::bigint, working, cancel_pending, replaces_pending,
    (cum_quantity * 100000000)::bigint, (leaves_quantity * 100000000)::bigint, (cum_notional * 10000000000000000)::numeric(40, 0)::text,
    reject::text, event_count, (extract(epoch FROM updated_at) * 1000000)::bigint, cancel_requested
FROM orders_order WHERE id = ANY(%s::text[])
"""

_UPDATE = """
UPDATE orders_order AS o SET
    quantity = t.quantity * 0.00000001, price = t.price * 0.00000001, status = t.status, working = t.working,
    cancel_requested = o.cancel_requested AND NOT t.answered, cancel_pending = t.cancel_pending, replaces_pending = t.replaces_pending,
    cum_quantity = t.cum * 0.00000001, leaves_quantity = t.leaves * 0.00000001, cum_notional = t.notional * 0.0000000000000001,
    reject = t.reject::jsonb, event_count = t.events, updated_at = 'epoch'::timestamptz + t.updated_at * interval '1 microsecond'
FROM unnest(
    %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::boolean[], %s::smallint[], %s::bigint[],
    %s::bigint[], %s::numeric[], %s::text[], %s::integer[], %s::bigint[]
) AS t (id, quantity, price, status, working, answered, cancel_pending, replaces_pending, cum, leaves, notional, reject, events, updated_at)
WHERE o.id = t.id
"""

_COPY = """
COPY orders_execution
    (id, account, account_seq, order_id, order_seq, fill_seq, symbol, side, type, status, quantity, price, cum_quantity, leaves_quantity,
     cum_notional, last_quantity, last_price, trade_id, liquidity, reason, message, time)
FROM STDIN
"""

REASON_LENGTH = 48
MESSAGE_LENGTH = 300


class StoredStep(NamedTuple):
    """One execution, the order after it as it stands and as it is told, and its number among the account's fills."""

    execution: Execution
    order: OrderState
    told: dict[str, Any]
    fill_seq: int | None


def orders_insert(orders: Sequence[OrderState], *, entered_by: int | None, request_id: str) -> None:
    """Store new orders. Raises `IntegrityError` for an id or client order id that is taken, an account or symbol that is unknown."""
    if not orders:
        return
    identities = [order.identity for order in orders]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                entered_by,
                request_id,
                *map(list, zip(*(identity[:7] for identity in identities), strict=True)),
                _numbers(order.quantity for order in orders),
                _numbers(order.price for order in orders),
                [order.status for order in orders],
                [order.working for order in orders],
                [order.cancel_pending for order in orders],
                _numbers(order.replaces_pending for order in orders),
                _numbers(order.cum_quantity for order in orders),
                _numbers(order.leaves_quantity for order in orders),
                _numbers(order.cum_notional for order in orders),
                [_json(order.reject) for order in orders],
                _numbers(order.events for order in orders),
                _numbers(identity.created_at for identity in identities),
                _numbers(order.updated_at for order in orders),
            ],
        )


def orders_load(ids: Iterable[str], *, lock: bool) -> dict[str, tuple[OrderState, bool]]:
    """Orders by id, with whether a cancel was requested. Locked rows are taken in the order of their ids, as everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD + (" ORDER BY id FOR NO KEY UPDATE" if lock else ""), [sorted(ids)])
        return {row[0]: _state(row) for row in cursor.fetchall()}


def _state(row: Sequence[Any]) -> tuple[OrderState, bool]:
    quantity, price, working, cancel_pending, replaces, cum, leaves, notional, reject, events, updated_at, requested = row[8:]
    told = None if reject is None else orjson.loads(reject)
    identity = Identity(*row[:8])
    return (
        OrderState(identity, quantity, price, working, cancel_pending, replaces, cum, leaves, int(notional), told, events, updated_at),
        requested,
    )


def orders_update(orders: Sequence[OrderState], answered: set[str]) -> None:
    """Write orders as they stand. `answered` names those whose requested cancel was refused: another one may be asked for."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            [
                [order.identity.id for order in orders],
                _numbers(order.quantity for order in orders),
                _numbers(order.price for order in orders),
                [order.status for order in orders],
                [order.working for order in orders],
                [order.identity.id in answered for order in orders],
                [order.cancel_pending for order in orders],
                _numbers(order.replaces_pending for order in orders),
                _numbers(order.cum_quantity for order in orders),
                _numbers(order.leaves_quantity for order in orders),
                _numbers(order.cum_notional for order in orders),
                [_json(order.reject) for order in orders],
                _numbers(order.events for order in orders),
                _numbers(order.updated_at for order in orders),
            ],
        )


def executions_copy(steps: Sequence[StoredStep]) -> None:
    """Store executions. Raises `IntegrityError` where a number is taken."""
    if not steps:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for step in steps:
            copy.write_row(_row(step))


def _row(step: StoredStep) -> tuple[Any, ...]:
    execution, order, told, fill_seq = step
    filled, at = execution.last_quantity, execution.last_price
    return (
        execution.id,
        execution.account,
        execution.seq,
        execution.order_id,
        order.events,
        fill_seq,
        execution.symbol,
        execution.side,
        execution.type,
        told["status"],
        told["quantity"],
        told["price"],
        told["cum_quantity"],
        told["leaves_quantity"],
        notional_text(order.cum_notional),
        None if filled is None else format_units(filled),
        None if at is None else format_units(at),
        execution.trade_id,
        execution.liquidity,
        execution.reason and execution.reason[:REASON_LENGTH],
        execution.message and execution.message[:MESSAGE_LENGTH],
        told["updated_at"],
    )


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _numbers(values: Iterable[int | None]) -> str:
    """A PostgreSQL array literal of integers: several times faster than adapting a list."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
