"""The stream's snapshots and resumes of an account's private channels, and how far they have come."""

from typing import Any

from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce

from orders.domain.state import OPEN
from orders.models import AccountStream, Execution, Order
from orders.selectors.objects import fill_object, order_object, order_object_as_of

CLOSED_SHOWN = 200
"""Closed orders a new reader of the channel `orders` gets besides the open ones."""
FILLS_SHOWN = 200
RESUME_LIMIT = 2_000
"""Frames one call of a resume returns at most: ask again from the next."""


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
