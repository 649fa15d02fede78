"""The report of what accounts hold, valued at the newest good quotes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from marketdata.selectors import from_microseconds
from reporting import selectors
from reporting.domain.objects import Mark
from reporting.domain.positions import average_cost, unrealised
from reporting.models import Position
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SYMBOL
from schemas.units import NOTIONAL_SCALE, from_units

_MARKED = (
    Column("mark_price", Kind.NUMBER, help="middle of the newest good quote; empty when there never was one"),
    Column("marked_at", Kind.TIME, help="when that quote was received"),
)
_REALISED = Column("realised_pnl", Kind.NUMBER)
_UNREALISED = Column("unrealised_pnl", Kind.NUMBER, help="at mark_price; empty without one")
_FIELDS = ("account_id", "symbol_id", "quantity", "cost", "realised_pnl", "bought_quantity", "sold_quantity")


def positions_of(viewer: Viewer) -> QuerySet[Position]:
    """Positions of the accounts the viewer sees."""
    return Position.objects.filter(account__in=viewer.accounts)


def _wide(value: int) -> Decimal:
    return from_units(value, NOTIONAL_SCALE)


def _marked(mark: Mark | None) -> tuple[Decimal | None, datetime | None]:
    return (None, None) if mark is None else (from_units(mark.price), from_microseconds(mark.time))


def _held(rows: Sequence[Row]) -> Iterator[tuple[Row, Any, Mark | None]]:
    """(fetched row, its holding in integers, its mark): one query for the marks of all."""
    marks = selectors.marks({row[1] for row in rows})
    for row in rows:
        yield row, selectors.holding(*row[2:7]), marks.get(row[1])


def _positions_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    for (account, symbol, quantity, cost, realised, bought, sold, seq, updated_at), held, mark in _held(rows):
        average = average_cost(held)
        valued = (None, None) if mark is None else (_wide(unrealised(held, mark.price)), _wide(held.quantity * mark.price))
        price, marked_at = _marked(mark)
        head = (account, symbol, quantity, None if average is None else from_units(average), cost, realised)
        yield (*head, valued[0], price, marked_at, valued[1], bought, sold, seq, updated_at)


POSITIONS = TableReport(
    name="positions",
    title="Positions",
    purpose="What each account holds, by average cost, valued at the newest good quote.",
    columns=(
        *(Column("account"), Column("symbol"), Column("quantity", Kind.NUMBER, help="negative is short")),
        *(
            Column("avg_cost", Kind.NUMBER),
            Column("cost", Kind.NUMBER, help="signed cost of what is open"),
            _REALISED,
            _UNREALISED,
            *_MARKED,
        ),
        *(Column("market_value", Kind.NUMBER), Column("bought_quantity", Kind.NUMBER), Column("sold_quantity", Kind.NUMBER)),
        *(Column("seq", Kind.COUNT, help="the account's fill it last changed with"), Column("updated_at", Kind.TIME)),
    ),
    filters=(ACCOUNT, SYMBOL),
    rows=positions_of,
    fields=(*_FIELDS, "seq", "updated_at"),
    told=_positions_told,
    descending=False,
)
