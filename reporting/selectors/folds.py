"""Reads of positions and breaks: what a caller may see, marked with the newest good quotes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from marketdata import selectors as market_selectors
from marketdata.selectors import GoodQuote, to_microseconds
from orders import selectors as order_selectors
from reporting.domain.objects import Mark, position_object, wide_units
from reporting.domain.positions import Holding
from reporting.models import Break, DropCopy, Position
from risk import selectors as risk_selectors
from schemas.units import to_units

_NEWEST = 10
"""Breaks told one by one."""


def breaks_open() -> QuerySet[Break]:
    """Values that differ from what the log says now."""
    return Break.objects.filter(cleared_at=None)


class DropCopyTold(NamedTuple):
    """Where the drop copy stands: breaks that are open, the newest of them, when everything was last compared (None: never), orders."""

    breaks: int
    newest: list[Break]
    at: datetime | None
    orders: int


def drop_copy_told() -> DropCopyTold:
    """What is known of log against tables."""
    rows = breaks_open()
    copy = DropCopy.objects.filter(pk=1).first()
    return DropCopyTold(rows.count(), list(rows.order_by("-id")[:_NEWEST]), copy.looked_at if copy else None, copy.orders if copy else 0)


def positions_visible(actor: Any) -> QuerySet[Position]:
    """Positions of the accounts the actor may see."""
    return Position.objects.filter(account__in=risk_selectors.visible_accounts(actor))


def positions_filtered(actor: Any, *, account: str | None, symbol: str | None) -> QuerySet[Position]:
    """Positions the actor may see, of one account and symbol where given."""
    rows = positions_visible(actor)
    if account is not None:
        rows = rows.filter(account=account)
    return rows if symbol is None else rows.filter(symbol=symbol)


def mark_of(quote: GoodQuote | None) -> Mark | None:
    """The middle of a good quote, as a price to value at."""
    if quote is None:
        return None
    return Mark((to_units(quote.bid) + to_units(quote.ask)) // 2, to_microseconds(quote.received_at), quote.source)


def marks(symbols: Iterable[str]) -> dict[str, Mark]:
    """Marks of these symbols; one that never had a good quote is left out. One query."""
    found = market_selectors.latest_good_quotes(symbols)
    return {symbol: mark for symbol, quote in found.items() if (mark := mark_of(quote)) is not None}


def position_told(row: Position, marked: Mapping[str, Mark]) -> dict[str, Any]:
    """A position row as REST and the stream tell it."""
    return position_object(
        row.account_id,
        row.symbol_id,
        holding_of(row),
        seq=row.seq,
        time=to_microseconds(row.updated_at),
        mark=marked.get(row.symbol_id),
    )


def holding_of(row: Position) -> Holding:
    """The integers of a row."""
    return holding(row.quantity, row.cost, row.realised_pnl, row.bought_quantity, row.sold_quantity)


def holding(quantity: Decimal, cost: Decimal, realised: Decimal, bought: Decimal, sold: Decimal) -> Holding:
    """The integers of a row's columns."""
    return Holding(to_units(quantity), wide_units(cost), wide_units(realised), to_units(bought), to_units(sold))


def positions_told(rows: Collection[Position]) -> list[dict[str, Any]]:
    """Rows with their marks: one query more."""
    marked = marks({row.symbol_id for row in rows})
    return [position_told(row, marked) for row in rows]


def positions_snapshot(account: str) -> tuple[int, list[dict[str, Any]]]:
    """(the account's newest fill, all its positions by symbol), as of one moment."""
    rows = list(Position.objects.filter(account=account).annotate(head=order_selectors.fill_head(account)).order_by("symbol"))
    return (int(rows[0].head) if rows else order_selectors.fill_count(account)), positions_told(rows)
