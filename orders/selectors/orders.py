"""Which orders a caller may see, and orders as they were entered."""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet

from orders.domain.state import OPEN, PLAIN, Extras, Identity, OrderState, entered
from orders.models import Execution, Order
from risk import selectors as risk_selectors
from schemas.enums import OrderStatus

_ORDER_ID = re.compile(r"[0-9A-Z.\-]{1,24}", re.ASCII)


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


_RESERVED = """
SELECT orders.account, CASE orders.side WHEN 'buy' THEN instrument.currency ELSE orders.symbol END AS asset,
    sum(orders.leaves_quantity * CASE orders.side WHEN 'buy' THEN orders.price ELSE 1 END)
FROM orders_order AS orders JOIN marketdata_instrument AS instrument ON instrument.symbol = orders.symbol
WHERE orders.account = ANY(%s::text[]) AND orders.working = ANY(%s::text[]) AND (orders.side <> 'buy' OR orders.price IS NOT NULL)
GROUP BY 1, 2
"""


def open_reserved(accounts: Collection[str]) -> dict[tuple[str, str], Decimal]:
    """What open orders may cost (of purchases with a limit, by currency) or deliver (of sales, by symbol), by account and asset."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, [list(accounts), list(OPEN)])
        return {(account, asset): total for account, asset, total in cursor.fetchall()}


def left_pending_new(order_id: str) -> bool:
    """Whether the order's first answer has come."""
    return not Order.objects.filter(pk=order_id, status=OrderStatus.PENDING_NEW).exists()


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
