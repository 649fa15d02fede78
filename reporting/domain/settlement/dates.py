"""When a trade settles. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from marketdata.domain.calendar import Calendar, is_business_day

_SATURDAY = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REACH = 400
"""Days within which all markets have to be open again."""


class NoSettlementDay(ValueError):
    """The calendars leave no common day within `_REACH` days."""


def day_of(microseconds: int) -> date:
    """The date (UTC) of a time in microseconds since the epoch."""
    return (_EPOCH + timedelta(microseconds=microseconds)).date()


@cache
def settlement_date(trade_date: date, days: int = 1, calendars: tuple[Calendar, ...] = ()) -> date:
    """`days` settlement days after the trade date (T+n): those from Monday to Friday on which every calendar has a session.

    T+0 of a day that is none is the next one. Raises `NoSettlementDay`.
    """
    day, left = trade_date, days
    for _ in range(_REACH):
        if left == 0 and _open(day, calendars):
            return day
        day += timedelta(days=1)
        if left and _open(day, calendars):
            left -= 1
    raise NoSettlementDay(f"no settlement day within {_REACH} days of {trade_date}")


def _open(day: date, calendars: tuple[Calendar, ...]) -> bool:
    return day.weekday() < _SATURDAY and all(is_business_day(calendar, day) for calendar in calendars)
