"""Fills and their corrections: whose they are, their numbers, how often each was told."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orders.models import Execution
from risk import selectors as risk_selectors
from schemas.enums import ExecType


def fills_visible(actor: Any) -> QuerySet[Execution]:
    """Fills of the accounts the actor may see."""
    return Execution.objects.filter(account__in=risk_selectors.visible_accounts(actor), fill_seq__isnull=False)


_FILLS = """
SELECT type, order_id, trade_id, side, coalesce((last_quantity * 100000000)::bigint, 0), coalesce((last_price * 100000000)::bigint, 0)
FROM orders_execution WHERE account = %s AND symbol = %s AND fill_seq <= %s ORDER BY fill_seq
"""


def fills_until(account: str, symbol: str, seq: int) -> list[tuple[str, str, str, str, int, int]]:
    """(type, order, trade, side, quantity, price in 1e-8) of the account's fills of a symbol and their corrections, up to number `seq`."""
    with connection.cursor() as cursor:
        cursor.execute(_FILLS, [account, symbol, seq])
        return cursor.fetchall()


_HISTORY = """
SELECT symbol, time >= %s, type, order_id, trade_id, side, coalesce((last_quantity * 100000000)::bigint, 0),
    coalesce((last_price * 100000000)::bigint, 0)
FROM orders_execution WHERE account = %s AND fill_seq IS NOT NULL AND time < %s ORDER BY symbol, fill_seq
"""


def fills_before(account: str, end: datetime, since: datetime) -> list[tuple[str, bool, str, str, str, str, int, int]]:
    """(symbol, not before `since`, type, order, trade, side, quantity, price in 1e-8) of the account's fills and their corrections
    before `end`, by symbol and then in order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [since, account, end])
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


def fills_corrected() -> list[tuple[str, str, str, str]]:
    """(account, symbol, order, trade) of every fill that was ever busted or corrected. Reads all fills."""
    rows = Execution.objects.filter(fill_seq__isnull=False).exclude(type=ExecType.TRADE.value)
    return [
        (account, symbol, order, trade or "")
        for account, symbol, order, trade in rows.values_list("account", "symbol", "order_id", "trade_id").distinct()
    ]
