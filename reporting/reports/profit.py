"""The report of profit and loss: the reckoning of `selectors.profit`, row by row."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from marketdata.selectors import from_microseconds
from reporting import selectors
from reporting.models import Position
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SYMBOL
from reporting.reports.holdings import positions_of
from reporting.selectors.profit import BASE, Profit
from schemas.units import NOTIONAL_SCALE, from_units

_BASED = ("realised", "unrealised", "total", "fees", "day")
_NO_PRICE = "empty without a price"


def _wide(value: int | None) -> Decimal | None:
    return None if value is None else from_units(value, NOTIONAL_SCALE)


def _told(rows: Sequence[Row], viewer: Viewer) -> Iterator[Row]:
    held = Position.objects.in_bulk([row[0] for row in rows])
    for of in selectors.profits_of([held[row[0]] for row in rows], base=BASE, now=viewer.now):
        yield (of.account, of.desk or None, *_own(of), *_marked(of), *_based(of))


def _own(of: Profit) -> tuple[Any, ...]:
    amounts = (of.cost, of.realised, of.unrealised, of.total, of.fees, of.day)
    return (of.symbol, of.currency, of.method, from_units(of.quantity), *map(_wide, amounts))


def _marked(of: Profit) -> tuple[Any, ...]:
    if of.mark is None:
        return (None,) * 3
    return from_units(of.mark.price), from_microseconds(of.mark.time), of.mark.source or None


def _based(of: Profit) -> tuple[Any, ...]:
    rate = of.rate
    of_rate = (None, None) if rate is None else (rate.source or None, rate.date or None)
    return (BASE, *(_wide(of.base(name)) for name in _BASED), *of_rate)


PNL = TableReport(
    name="pnl",
    title="Profit and loss",
    purpose="Realised and unrealised profit of each position since the start and of the day, in its currency and in the base currency.",
    columns=(
        *(Column("account"), Column("desk"), Column("symbol"), Column("currency"), Column("method", help="of the cost: average or fifo")),
        *(Column("quantity", Kind.NUMBER), Column("cost", Kind.NUMBER), Column("realised_pnl", Kind.NUMBER)),
        *(Column("unrealised_pnl", Kind.NUMBER, help=_NO_PRICE), Column("total_pnl", Kind.NUMBER, help=_NO_PRICE)),
        *(Column("fees", Kind.NUMBER, help="with taxes"), Column("day_pnl", Kind.NUMBER, help="of the day (UTC), before fees")),
        Column("mark_price", Kind.NUMBER, help="middle of the newest good quote; empty when there never was one"),
        Column("marked_at", Kind.TIME, help="when that quote was received"),
        *(Column("mark_source", help="the feed of that quote"), Column("base")),
        *(Column(f"{name}_base", Kind.NUMBER, help="in the base currency; empty without a rate") for name in _BASED),
        *(Column("rate_source", help="who told the rate"), Column("rate_date")),
    ),
    filters=(ACCOUNT, SYMBOL),
    rows=positions_of,
    fields=("id",),
    told=_told,
    descending=False,
)
