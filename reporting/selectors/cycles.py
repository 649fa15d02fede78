"""Reads of when trades settle: days of each instrument, over its market's and its currencies' calendars."""

from collections.abc import Callable, Iterable
from datetime import date

from marketdata.domain.calendar import Calendar
from marketdata.models import Instrument
from marketdata.selectors.calendars import calendar_of
from reporting.domain.settlement import settlement_date
from reporting.models import CurrencyCalendar

_PAIR = 6
"""Letters of an instrument that is one currency in another (EURUSD): both must be paid on the day."""


def settlement_days(symbols: Iterable[str]) -> Callable[[str, date], date]:
    """What says when a trade of one of the symbols, made on a date, is due; two queries for all of them."""
    payable = {row.currency: row.calendar for row in CurrencyCalendar.objects.select_related("calendar")}
    rows = Instrument.objects.filter(pk__in=set(symbols)).select_related("calendar", "settlement_cycle")
    found: dict[str, tuple[int, tuple[Calendar, ...]]] = {}
    for row in rows:
        wanted = [row.calendar, *(payable.get(currency) for currency in _currencies(row))]
        cycle = getattr(row, "settlement_cycle", None)
        calendars = {one.pk: calendar_of(one) for one in wanted if one is not None}
        found[row.pk] = (1 if cycle is None else cycle.days, tuple(calendars[code] for code in sorted(calendars)))
    return lambda symbol, traded: settlement_date(traded, *found.get(symbol, (1, ())))


def _currencies(row: Instrument) -> tuple[str, ...]:
    """The currency it is paid in, and for a pair of currencies the one that is delivered."""
    symbol = row.symbol
    pair = len(symbol) == _PAIR and symbol.isalpha() and symbol.endswith(row.currency)
    return (row.currency, symbol[:3]) if pair else (row.currency,)
