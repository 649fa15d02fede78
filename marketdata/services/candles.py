"""Candles are kept for as long as their interval's retention says, by the clock of the prints themselves."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction

from marketdata.domain.candles import DAY, WIDTHS

_ROOM = {**{interval: timedelta(seconds=width) for interval, width in WIDTHS.items()}, DAY: timedelta(days=2)}
"""A bar begins at most so long before its last print, of whatever time zone its business date is."""

_BEHIND = """
DELETE FROM marketdata_candle AS c USING marketdata_printtape AS t
WHERE c.symbol = t.symbol AND c.source = t.source AND c.interval = %s AND c.start < t.at - make_interval(secs => %s)
"""
_ABANDONED = """
DELETE FROM marketdata_candle AS c USING marketdata_printtape AS t
WHERE c.symbol = t.symbol AND c.source <> t.source AND c.interval = %s AND c.updated_at < %s
"""


def candles_prune(*, retention: Mapping[str, timedelta], now: datetime) -> dict[str, int]:
    """Delete the bars no late print can reach any more, by interval; how many.

    A bar goes when the newest print of its feed is `retention` past its end: a file of another year is kept like today's. A bar of a feed
    that tells the symbol no longer goes when nothing has changed it for as long.
    """
    gone = {}
    for interval, kept in retention.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BEHIND, [interval, (kept + _ROOM[interval]).total_seconds()])
            gone[interval] = cursor.rowcount
            cursor.execute(_ABANDONED, [interval, now - kept])
            gone[interval] += cursor.rowcount
    return gone
