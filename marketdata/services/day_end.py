"""The end of a business date by hand: what the calendar has due and nobody has applied, never a date that has not closed."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from marketdata.domain.calendar import Calendar, closing, is_business_day
from marketdata.models import Instrument, InstrumentSchedule
from marketdata.selectors import calendar_of
from marketdata.services.markets import schedule_locked, standing_of
from marketdata.services.schedule import market_apply
from oms_site.infra.errors import Conflict, NotFound


class DayNotOver(Conflict):
    """A market closes later for this date, or the date lies ahead."""

    default_code = "day_not_over"


class NoBusinessDay(Conflict):
    """No market that was chosen has a session for this date."""

    default_code = "no_business_day"


class DayEndBusy(Conflict):
    """The same is being done at this moment."""

    default_code = "busy"


class DayEnd(NamedTuple):
    """Symbols whose date was ended now, and how many had been ended before."""

    closed: list[str]
    before: int


def day_end(*, day: date | None, symbols: Collection[str] | None, now: datetime) -> DayEnd:
    """End a business date (without `day`, today's on each calendar's wall clock) for these symbols, or all.

    All or nothing. Raises `NotFound` (unknown symbol), `NoBusinessDay`, `DayNotOver`, `DayEndBusy`; then nothing was done.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('marketdata:day_end', 1))")
            if not cursor.fetchone()[0]:
                raise DayEndBusy("the end of a day is being done by somebody else at this moment")
        dates = _dates(_calendars(symbols), day, now)
        closed = [symbol for symbol, ending in sorted(dates.items()) if _ended_now(symbol, ending, now)]
    return DayEnd(closed, len(dates) - len(closed))


def _ended_now(symbol: str, day: date, now: datetime) -> bool:
    row = schedule_locked(symbol, now=now)
    assert row is not None, "waited for"
    if _is_over(row, day):
        return False
    if row.due_at is not None and row.due_at > now:
        row.due_at = None  # its calendar has nothing due: somebody opened the date again after its end
    market_apply(row, now=now)
    assert _is_over(row, day), "a date that has closed on the calendar is behind the market now"
    return True


def _is_over(row: InstrumentSchedule, day: date) -> bool:
    standing = standing_of(row)
    return standing.trade_date > day or (standing.closed and standing.trade_date >= day)


def _calendars(symbols: Collection[str] | None) -> dict[str, Calendar]:
    rows = Instrument.objects.select_related("calendar")
    found = {row.symbol: calendar_of(row.calendar) for row in (rows if symbols is None else rows.filter(symbol__in=symbols))}
    unknown = set(symbols or ()) - found.keys()
    if unknown:
        raise NotFound(f"there is no instrument {min(unknown)}")
    return found


def _dates(calendars: dict[str, Calendar], day: date | None, now: datetime) -> dict[str, date]:
    """Which date ends for which symbol. Raises when there is none, or when one has not closed."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    if day is not None and day > tomorrow:
        raise DayNotOver(f"{day} lies ahead; nothing was done")
    dates = {symbol: day or now.astimezone(calendar.zone).date() for symbol, calendar in calendars.items()}
    trading = {symbol: ending for symbol, ending in dates.items() if is_business_day(calendars[symbol], ending)}
    if not trading:
        raise NoBusinessDay(f"{day or 'today'} is no business day: a weekend or a holiday; nothing was done")
    ahead = {symbol: at for symbol, ending in trading.items() if (at := closing(calendars[symbol], ending)) > now}
    if ahead:
        symbol = min(ahead)
        until = f"{symbol} closes at {ahead[symbol]:%Y-%m-%d %H:%M} UTC"
        raise DayNotOver(f"{trading[symbol]} is not over for {len(ahead)} of {len(trading)} instruments: {until}; nothing was done")
    return trading
