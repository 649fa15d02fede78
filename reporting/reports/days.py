"""An account's day in UTC: its fills, and what it held before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from marketdata.models import Candle
from marketdata.selectors import from_microseconds
from orders.models import Execution
from reporting import selectors
from reporting.domain.positions import Fill, Holding, restated
from schemas.units import from_units, to_units

_FIELDS = ("symbol", "type", "order_id", "trade_id", "side", "last_quantity", "last_price", "id", "time", "detail", "liquidity")


@dataclass(frozen=True, slots=True)
class Price:
    """What a position is valued at, and as of when."""

    value: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """What an account did on a day (fetched fills, in order) and held at its beginning and end, by symbol."""

    fills: list[Mapping[str, Any]]
    before: Mapping[str, Holding]
    after: Mapping[str, Holding]


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day and the first one after it."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def day_of(account: str, day: date) -> Day:
    """Folded from the account's fills and their corrections up to the end of the day: one query."""
    start, end = bounds(day)
    rows = Execution.objects.filter(account=account, fill_seq__isnull=False, time__lt=end).order_by("fill_seq").values_list(*_FIELDS)
    fetched = list(rows)
    before = [row for row in fetched if row[8] < start]
    return Day([dict(zip(_FIELDS, row, strict=True)) for row in fetched if row[8] >= start], _held(before), _held(fetched))


def _held(rows: Iterable[tuple[Any, ...]]) -> dict[str, Holding]:
    by_symbol = groupby(sorted(rows, key=itemgetter(0)), key=itemgetter(0))  # sorting keeps the order of the fills of a symbol
    return {symbol: restated(map(_fill, group)) for symbol, group in by_symbol}


def _fill(row: tuple[Any, ...]) -> Fill:
    quantity, price = row[5], row[6]
    return Fill(row[1], row[2], row[3], row[4], 0 if quantity is None else to_units(quantity), 0 if price is None else to_units(price))


def prices(symbols: Iterable[str], day: date, today: date) -> dict[str, Price]:
    """What positions are valued at: on the present day the newest good quote, on an earlier one the last daily close up to it.

    A symbol without one is left out: a missing price is shown, never guessed.
    """
    wanted = sorted(symbols)
    if day >= today:
        return {symbol: Price(from_units(mark.price), from_microseconds(mark.time)) for symbol, mark in selectors.marks(wanted).items()}
    closes = (
        Candle.objects.filter(symbol__in=wanted, interval="1d", start__lt=bounds(day)[1]).order_by("symbol", "-start").distinct("symbol")
    )
    return {row.symbol: Price(row.close, row.start) for row in closes}
