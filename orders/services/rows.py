"""Rows of orders and executions in bulk: one statement a batch, integers of 1e-8 in and out.

The statements are written out because an ORM row costs more than everything else that is done for an order. What a plain order does not
have travels as one JSON text an order, null for nearly all of them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from orders.domain.objects import notional_text, step_detail
from orders.domain.state import PLAIN, Extras, Identity, OrderState
from schemas.messages import Execution
from schemas.units import format_units

_INSERT = """
INSERT INTO orders_order
    (id, client_order_id, account, symbol, side, type, tif, trade_date, source, quantity, price, entered_quantity, entered_price,
     entered_conditions, stop_price, trail_offset, display_quantity, expire_date, post_only, reduce_only, self_trade_prevention,
     triggered, done_for_day, suspended, prior_cum, status, working,
     cancel_requested, cancel_pending, replaces_pending, cum_quantity, leaves_quantity, cum_notional, reject, event_count, entered_by_id,
     request_id, created_at, updated_at)
SELECT id, client_order_id, account, symbol, side, type, tif, trade_date, source, quantity * 0.00000001, price * 0.00000001,
    quantity * 0.00000001, price * 0.00000001,
    x, (x->>'stop_price')::bigint * 0.00000001, (x->>'trail_offset')::bigint * 0.00000001,
    (x->>'display_quantity')::bigint * 0.00000001, (x->>'expire_date')::date, coalesce((x->>'post_only')::boolean, false),
    coalesce((x->>'reduce_only')::boolean, false), coalesce(x->>'self_trade_prevention', 'none'),
    coalesce((x->>'triggered')::boolean, false), coalesce((x->>'done_for_day')::boolean, false),
    coalesce((x->>'suspended')::boolean, false), coalesce((x->>'prior_cum')::bigint, 0) * 0.00000001, status, working,
    false, cancel_pending, replaces_pending, cum * 0.00000001, leaves * 0.00000001,
    notional * 0.0000000000000001, reject::jsonb, events, %s::integer, %s::text,
    'epoch'::timestamptz + created_at * interval '1 microsecond', 'epoch'::timestamptz + updated_at * interval '1 microsecond'
FROM (SELECT *, extras::jsonb AS x FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::bigint[], %s::bigint[],
    %s::text[], %s::text[], %s::text[], %s::boolean[], %s::smallint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::text[],
    %s::integer[], %s::bigint[], %s::bigint[]
) AS t (id, client_order_id, account, symbol, side, type, tif, trade_date, source, quantity, price, extras, status, working,
    cancel_pending, replaces_pending, cum, leaves, notional, reject, events, created_at, updated_at)) AS t
"""

_LOAD = """
SELECT id, client_order_id, account, symbol, side, type, tif, (extract(epoch FROM created_at) * 1000000)::bigint, trade_date::text, source,
    (quantity * 100000000)::bigint, (price * 100000000)::bigint, working, cancel_pending, replaces_pending,
    (cum_quantity * 100000000)::bigint, (leaves_quantity * 100000000)::bigint, (cum_notional * 10000000000000000)::numeric(40, 0)::text,
    reject::text, event_count, (extract(epoch FROM updated_at) * 1000000)::bigint,
    CASE WHEN num_nonnulls(stop_price, trail_offset, display_quantity, expire_date) > 0 OR post_only OR reduce_only OR triggered
        OR done_for_day OR suspended OR prior_cum > 0 OR self_trade_prevention <> 'none' THEN jsonb_strip_nulls(jsonb_build_object(
            'stop_price', (stop_price * 100000000)::bigint, 'trail_offset', (trail_offset * 100000000)::bigint,
            'display_quantity', (display_quantity * 100000000)::bigint, 'expire_date', expire_date, 'post_only', post_only,
            'reduce_only', reduce_only, 'self_trade_prevention', nullif(self_trade_prevention, 'none'), 'triggered', triggered,
            'done_for_day', done_for_day, 'suspended', suspended, 'prior_cum', (prior_cum * 100000000)::bigint))::text END,
    cancel_requested
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

_UPDATE_EXTRAS = """
UPDATE orders_order AS o SET
    stop_price = (x->>'stop_price')::bigint * 0.00000001, trail_offset = (x->>'trail_offset')::bigint * 0.00000001,
    display_quantity = (x->>'display_quantity')::bigint * 0.00000001, triggered = coalesce((x->>'triggered')::boolean, false),
    done_for_day = coalesce((x->>'done_for_day')::boolean, false), suspended = coalesce((x->>'suspended')::boolean, false),
    prior_cum = coalesce((x->>'prior_cum')::bigint, 0) * 0.00000001
FROM (SELECT id, extras::jsonb AS x FROM unnest(%s::text[], %s::text[]) AS t (id, extras)) AS t
WHERE o.id = t.id
"""

_COPY = """
COPY orders_execution
    (id, account, account_seq, order_id, order_seq, fill_seq, symbol, side, type, status, quantity, price, cum_quantity, leaves_quantity,
     cum_notional, last_quantity, last_price, trade_id, liquidity, reason, message, detail, time)
FROM STDIN
"""

REASON_LENGTH = 48
MESSAGE_LENGTH = 300
_IDENTITY = len(Identity._fields)


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
                [identity.trade_date for identity in identities],
                [identity.source for identity in identities],
                _numbers(order.quantity for order in orders),
                _numbers(order.price for order in orders),
                [extras_json(order.extras) for order in orders],
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
    quantity, price, working, cancel_pending, replaces, cum, leaves, notional, reject, events, updated_at, extras, requested = row[
        _IDENTITY:
    ]
    told = None if reject is None else orjson.loads(reject)
    return (
        OrderState(
            *(Identity(*row[:_IDENTITY]), quantity, price, working, cancel_pending, replaces, cum, leaves, int(notional), told),
            *(events, updated_at, PLAIN if extras is None else Extras(**orjson.loads(extras))),
        ),
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


def orders_update_extras(orders: Sequence[OrderState]) -> None:
    """Write what has changed of orders beyond what every order has."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_EXTRAS, [[order.identity.id for order in orders], [extras_json(order.extras) or "{}" for order in orders]])


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
        _json(step_detail(execution, order)),
        told["updated_at"],
    )


def extras_json(extras: Extras) -> str | None:
    """What an order has beyond a plain one, None for a plain one; numbers in units of 1e-8."""
    if extras is PLAIN:
        return None
    return orjson.dumps({name: value for name, value in extras._asdict().items() if value}).decode()


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _numbers(values: Iterable[int | None]) -> str:
    """A PostgreSQL array literal of integers: several times faster than adapting a list."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
