"""Reads of orders and executions: what a caller may see, and the stream's snapshots and resumes."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from marketdata import selectors as market_selectors
from oms_site.infra.rest import decimal_text, timestamp
from orders.domain.entry import Terms
from orders.domain.objects import average_text
from orders.domain.state import OPEN, PLAIN, Extras, Identity, OrderState, entered
from orders.models import AccountStream, Execution, Order
from risk import selectors as risk_selectors
from schemas.enums import ExecType, OrderStatus
from schemas.units import to_units

CLOSED_SHOWN = 200
"""Closed orders a new reader of the channel `orders` gets besides the open ones."""
FILLS_SHOWN = 200
RESUME_LIMIT = 2_000
"""Frames one call of a resume returns at most: ask again from the next."""

_ORDER_ID = re.compile(r"[0-9A-Z.\-]{1,24}", re.ASCII)
_NOTIONAL = 10**16


def instrument_terms(symbols: Collection[str]) -> dict[str, Terms]:
    """Tick, lot and largest quantity of these symbols, as far as they exist."""
    if not symbols:
        return {}
    return {
        symbol: Terms(
            to_units(row.tick),
            to_units(row.lot),
            to_units(row.max_quantity),
            market_selectors.decimals(row.tick),
            market_selectors.decimals(row.lot),
        )
        for symbol, row in market_selectors.instruments_by_symbol(symbols).items()
    }


# one order and lists


def orders_visible(actor: Any) -> QuerySet[Order]:
    """Orders of the accounts the actor may see."""
    return Order.objects.filter(account__in=risk_selectors.visible_accounts(actor))


def order_visible(actor: Any, order_id: str) -> Order | None:
    """The order, None when there is none or it is not for the actor to see."""
    if not _ORDER_ID.fullmatch(order_id):
        return None
    return orders_visible(actor).filter(pk=order_id).first()


def order_owners(ids: Iterable[str]) -> frozenset[int]:
    """Ids of the users who entered these orders."""
    people = Order.objects.filter(pk__in=list(ids), entered_by__isnull=False).values_list("entered_by_id", flat=True)
    return frozenset(pk for pk in people if pk is not None)


def open_orders(accounts: Collection[str]) -> QuerySet[Order]:
    """Orders of these accounts that may still trade."""
    return Order.objects.filter(account__in=accounts, working__in=OPEN)


def left_pending_new(order_id: str) -> bool:
    """Whether the order's first answer has come."""
    return not Order.objects.filter(pk=order_id, status=OrderStatus.PENDING_NEW).exists()


def fills_visible(actor: Any) -> QuerySet[Execution]:
    """Fills of the accounts the actor may see."""
    return Execution.objects.filter(account__in=risk_selectors.visible_accounts(actor), fill_seq__isnull=False)


def events_of(order: Order) -> QuerySet[Execution]:
    """The order's life, to be ordered by `order_seq`."""
    return Execution.objects.filter(order=order)


_FIRST = """
SELECT id, client_order_id, account, symbol, side, type, tif, (extract(epoch FROM created_at) * 1000000)::bigint, trade_date::text, source,
    (entered_quantity * 100000000)::bigint, (entered_price * 100000000)::bigint, entered_conditions::text
FROM orders_order
JOIN unnest(%s::text[], %s::text[]) AS wanted (wanted_account, wanted_name) ON account = wanted_account AND client_order_id = wanted_name
"""


def first_states(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], OrderState]:
    """Orders by (account, client order id), each as it was when it was entered."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [list(column) for column in zip(*names, strict=True)])
        return {(row[2], row[1]): _first_state(*row) for row in cursor.fetchall()}


def _first_state(*row: Any) -> OrderState:
    *identity, quantity, price, conditions = row
    return entered(Identity(*identity), quantity, price, PLAIN if conditions is None else Extras(**orjson.loads(conditions)))


# objects


def order_object(row: Order) -> dict[str, Any]:
    """The full REST object of a row."""
    return _order_object(row, row, reject=row.reject, version=row.version, updated_at=row.updated_at)


def _order_object(row: Order, moment: Order | Execution, *, reject: Any, version: int, updated_at: datetime) -> dict[str, Any]:
    """`moment` has the status, terms and counts to tell; of a step, its detail has what is not as on a plain order."""
    cum = moment.cum_quantity
    told = {
        "id": row.id,
        "client_order_id": row.client_order_id,
        "account": row.account_id,
        "symbol": row.symbol_id,
        "side": row.side,
        "type": row.type,
        "tif": row.tif,
        "quantity": decimal_text(moment.quantity),
        "price": decimal_text(moment.price),
        "stop_price": None,
        "display_quantity": None,
        "trail_offset": None,
        "expire_date": None,
        "post_only": False,
        "reduce_only": False,
        "self_trade_prevention": "none",
        "trade_date": row.trade_date and row.trade_date.isoformat(),
        "triggered": False,
        "status": moment.status,
        "cum_quantity": decimal_text(cum),
        "leaves_quantity": decimal_text(moment.leaves_quantity),
        "avg_price": average_text(int(moment.cum_notional * _NOTIONAL), to_units(cum)) if cum else None,
        "day_quantity": decimal_text(moment.quantity),
        "day_cum_quantity": decimal_text(cum),
        "reject": reject,
        "source": row.source,
        "version": version,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(updated_at),
    }
    if isinstance(moment, Order):
        return told | _extras(moment)
    return told | (moment.detail or {}).get("order", {})


def _extras(row: Order) -> dict[str, Any]:
    return {
        "stop_price": decimal_text(row.stop_price),
        "display_quantity": decimal_text(row.display_quantity),
        "trail_offset": decimal_text(row.trail_offset),
        "expire_date": row.expire_date and row.expire_date.isoformat(),
        "post_only": row.post_only,
        "reduce_only": row.reduce_only,
        "self_trade_prevention": row.self_trade_prevention,
        "triggered": row.triggered,
        "day_quantity": decimal_text(row.day_quantity),
        "day_cum_quantity": decimal_text(row.day_cum_quantity),
    }


def order_object_as_of(step: Execution) -> dict[str, Any]:
    """The full REST object as it was after a step (with its order joined)."""
    order = step.order
    rejected = order.working == OrderStatus.REJECTED and not step.leaves_quantity
    return _order_object(order, step, reject=order.reject if rejected else None, version=step.order_seq + 1, updated_at=step.time)


def event_object(step: Execution) -> dict[str, Any]:
    """One event in an order's life: the terms then, those asked for while a replace is pending, a fill as it was before."""
    detail = step.detail or {}
    stood, requested, original = (detail.get(part, {}) for part in ("order", "requested", "original"))
    return {
        "seq": step.order_seq,
        "type": step.type,
        "status": step.status,
        "quantity": decimal_text(step.quantity),
        "price": decimal_text(step.price),
        "stop_price": stood.get("stop_price"),
        "cum_quantity": decimal_text(step.cum_quantity),
        "leaves_quantity": decimal_text(step.leaves_quantity),
        "last_quantity": decimal_text(step.last_quantity),
        "last_price": decimal_text(step.last_price),
        "original_quantity": original.get("quantity"),
        "original_price": original.get("price"),
        "requested_quantity": requested.get("quantity"),
        "requested_price": requested.get("price"),
        "requested_stop_price": requested.get("stop_price"),
        "trade_id": step.trade_id,
        "reason": step.reason,
        "message": step.message,
        "time": timestamp(step.time),
    }


def fill_object(step: Execution) -> dict[str, Any]:
    """A fill, or its correction, as REST and the stream tell it."""
    original = (step.detail or {}).get("original", {})
    taken_back = step.type == ExecType.TRADE_CANCEL
    return {
        "id": step.id,
        "order": step.order_id,
        "account": step.account,
        "symbol": step.symbol,
        "side": step.side,
        "type": step.type,
        "quantity": original.get("quantity") if taken_back else decimal_text(step.last_quantity),
        "price": original.get("price") if taken_back else decimal_text(step.last_price),
        "original_quantity": original.get("quantity"),
        "original_price": original.get("price"),
        "trade_id": step.trade_id,
        "liquidity": step.liquidity,
        "seq": step.fill_seq,
        "time": timestamp(step.time),
    }


# stream


def orders_snapshot(account: str) -> tuple[int, list[dict[str, Any]]]:
    """(the account's newest step, open orders and the newest closed ones, newest first), all as of one moment."""
    own = Order.objects.filter(account=account)
    closed = own.exclude(working__in=OPEN).order_by("-id").values("id")[:CLOSED_SHOWN]
    shown = own.filter(Q(working__in=OPEN) | Q(id__in=closed))
    rows = list(shown.annotate(head=_head(account, "account_seq")).order_by("-id"))
    return _seq(rows, account, "account_seq"), [order_object(row) for row in rows]


def orders_since(account: str, from_seq: int) -> list[tuple[int, dict[str, Any]]]:
    """(seq, order as of that step) from `from_seq` on, at most `RESUME_LIMIT`."""
    steps = Execution.objects.filter(account=account, account_seq__gte=from_seq).select_related("order").order_by("account_seq")
    return [(step.account_seq, order_object_as_of(step)) for step in steps[:RESUME_LIMIT]]


def executions_snapshot(account: str) -> tuple[int, list[dict[str, Any]]]:
    """(the account's newest fill, its newest fills, newest first)."""
    rows = list(Execution.objects.filter(account=account, fill_seq__isnull=False).order_by("-fill_seq")[:FILLS_SHOWN])
    return (rows[0].fill_seq or 0 if rows else 0), [fill_object(row) for row in rows]


def executions_since(account: str, from_seq: int) -> list[tuple[int, dict[str, Any]]]:
    """(seq, fill) from `from_seq` on, at most `RESUME_LIMIT`."""
    steps = Execution.objects.filter(account=account, fill_seq__gte=from_seq).order_by("fill_seq")
    return [(step.fill_seq or 0, fill_object(step)) for step in steps[:RESUME_LIMIT]]


def _head(account: str, column: str) -> Coalesce:
    stream = AccountStream.objects.filter(account=Value(account)).values(column)
    return Coalesce(Subquery(stream), 0)


def fill_head(account: str) -> Coalesce:
    """The account's count of fills as an expression, so that it is read in the same moment as the rows it annotates."""
    return _head(account, "fill_seq")


def fill_count(account: str) -> int:
    """The account's count of fills."""
    return _seq([], account, "fill_seq")


def _seq(rows: list[Any], account: str, column: str) -> int:
    if rows:
        return int(rows[0].head)
    return AccountStream.objects.filter(account=account).values_list(column, flat=True).first() or 0


_FILLS = """
SELECT type, order_id, trade_id, side, coalesce((last_quantity * 100000000)::bigint, 0), coalesce((last_price * 100000000)::bigint, 0)
FROM orders_execution WHERE account = %s AND symbol = %s AND fill_seq <= %s ORDER BY fill_seq
"""


def fills_until(account: str, symbol: str, seq: int) -> list[tuple[str, str, str, str, int, int]]:
    """(type, order, trade, side, quantity, price in 1e-8) of the account's fills of a symbol and their corrections, up to number `seq`."""
    with connection.cursor() as cursor:
        cursor.execute(_FILLS, [account, symbol, seq])
        return cursor.fetchall()


_REVISIONS = """
SELECT asked.id, count(fill.id) FROM unnest(%s::text[]) AS asked (id)
JOIN orders_execution AS own ON own.id = asked.id
JOIN orders_execution AS fill ON fill.order_id = own.order_id AND fill.trade_id = own.trade_id AND fill.fill_seq < own.fill_seq
GROUP BY asked.id
"""


def fill_revisions(ids: Collection[str]) -> dict[str, int]:
    """How often the fill of each of these corrections had been told before: 1 for the first correction of a trade's side."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISIONS, [list(ids)])
        return dict(cursor.fetchall())


def fill_seqs(ids: Collection[str]) -> dict[str, int]:
    """Numbers of these fills among their accounts' fills, by execution id."""
    found = Execution.objects.filter(id__in=list(ids)).values_list("id", "fill_seq")
    return {execution_id: fill_seq for execution_id, fill_seq in found if fill_seq is not None}
