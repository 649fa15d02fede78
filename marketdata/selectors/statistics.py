"""Reads of a session's statistics: the candle of the business date a symbol's newest quote is of, and the close before it."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from django.db import connection

from marketdata.selectors.calendars import session_days
from marketdata.selectors.candles import vwap
from oms_site.infra.rest import decimal_text, timestamp

CLOSE_DAYS = 30
"""A close older than this many days before the session is nothing to compare with."""

_PERCENT_DIGITS = Decimal("0.0001")
_READ = f"""
SELECT asked.symbol, tape.price, tape.size, tape.at,
    day.open, day.high, day.low, day.close, day.volume, day.turnover, day.trades, before.close
FROM unnest(%s::text[], %s::timestamptz[]) AS asked (symbol, start)
LEFT JOIN marketdata_printtape AS tape ON tape.symbol = asked.symbol
LEFT JOIN marketdata_candle AS day ON day.symbol = asked.symbol AND day.interval = '1d' AND day.start = asked.start
LEFT JOIN LATERAL (
    SELECT close FROM marketdata_candle AS earlier
    WHERE earlier.symbol = asked.symbol AND earlier.interval = '1d'
    AND earlier.start < asked.start AND earlier.start >= asked.start - interval '{CLOSE_DAYS} days'
    ORDER BY earlier.start DESC LIMIT 1
) AS before ON TRUE
"""  # noqa: S608 - a number of our own


class Session(NamedTuple):
    """The newest print of a symbol, and what was printed on one business date. None and 0 where nothing was."""

    day: date | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    at: datetime | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    close: Decimal | None = None
    volume: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)
    trades: int = 0
    previous_close: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        """The session's close, as far as it is, less the close before; None where one of them is missing."""
        return None if self.close is None or self.previous_close is None else self.close - self.previous_close


def sessions_of(symbols: Mapping[str, int], day_of: Callable[[str, int], date] | None = None) -> dict[str, Session]:
    """The session of each symbol at a moment (microseconds), whose business date the instrument's calendar tells.

    Two queries for all; one where `day_of` (`session_days`) is known.
    """
    if not symbols:
        return {}
    day_of = day_of or session_days(symbols)
    days = {symbol: day_of(symbol, at) for symbol, at in symbols.items()}
    starts = [datetime.combine(day, time(), UTC) for day in days.values()]
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(days), starts])
        return {symbol: Session(days[symbol], *_known(numbers)) for symbol, *numbers in cursor.fetchall()}


def _known(numbers: Collection[Any]) -> list[Any]:
    """A session without a print has no volume, which is 0."""
    *prices, volume, turnover, trades, before = numbers
    return [*prices, volume or Decimal(0), turnover or Decimal(0), trades or 0, before]


def statistics_object(session: Session) -> dict[str, Any]:
    """`last_trade` and `session` as a quote of REST and the stream has them."""
    change, before = session.change, session.previous_close
    percent = None if change is None or not before else (100 * change / before).quantize(_PERCENT_DIGITS, rounding=ROUND_HALF_EVEN)
    last = {"price": decimal_text(session.price), "size": decimal_text(session.size), "time": timestamp(session.at)}
    return {
        "last_trade": None if session.price is None else last,
        "session": {
            "date": None if session.day is None else session.day.isoformat(),
            **{name: decimal_text(getattr(session, name)) for name in ("open", "high", "low", "close", "volume")},
            "vwap": decimal_text(vwap(session.turnover, session.volume)),
            "trades": session.trades,
            "previous_close": decimal_text(before),
            "change": decimal_text(change),
            "change_percent": decimal_text(percent),
        },
    }
