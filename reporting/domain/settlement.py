"""When a trade settles. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

_SATURDAY = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(microseconds: int) -> date:
    """The date (UTC) of a time in microseconds since the epoch."""
    return (_EPOCH + timedelta(microseconds=microseconds)).date()


@cache
def settlement_date(trade_date: date, days: int = 1) -> date:
    """`days` business days (Monday to Friday) after the trade date: T+1."""
    day = trade_date
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    return day
