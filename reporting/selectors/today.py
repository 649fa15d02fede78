"""What the fills of a day (UTC) came to, as they stand now."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection

from reporting.domain.objects import wide_units
from reporting.domain.profit import Today
from schemas.units import ONE

_TODAY = """
SELECT account, symbol, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END),
    sum(CASE side WHEN 'buy' THEN -notional ELSE notional END)
FROM reporting_fillfee WHERE made_at >= %s AND account = ANY(%s::text[]) GROUP BY account, symbol
"""


def net_of_day(accounts: Collection[str], now: datetime) -> Mapping[tuple[str, str], Today]:
    """Net of the fills made since midnight, by account and symbol."""
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, [midnight(now), list(accounts)])
        return {(row[0], row[1]): Today(wide_units(row[2]) // ONE, wide_units(row[3])) for row in cursor.fetchall()}


def midnight(now: datetime) -> datetime:
    """The first moment of the day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
