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
from orders import selectors as order_selectors
from orders.models import Execution
from reporting import selectors
from reporting.domain.positions import Fill, Holding, restated
from schemas.units import from_units

_FIELDS = ("symbol", "type", "trade_id", "side", "last_quantity", "last_price", "time", "detail")


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
    """Folded from the account's fills and their corrections up to the end of the day: two queries, one of integers alone."""
    start, end = bounds(day)
    before: dict[str, Holding] = {}
    after: dict[str, Holding] = {}
    for symbol, group in groupby(order_selectors.fills_before(account, end, start), key=itemgetter(0)):
        rows = list(group)
        earlier = [Fill(*row[2:]) for row in rows if not row[1]]
        if earlier:
            before[symbol] = restated(earlier)
        after[symbol] = before[symbol] if len(earlier) == len(rows) else restated(Fill(*row[2:]) for row in rows)
    fills = Execution.objects.filter(account=account, fill_seq__isnull=False, time__gte=start, time__lt=end).order_by("fill_seq")
    return Day(list(fills.values(*_FIELDS)), before, after)


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
