"""Reads of calendars: which business date a moment belongs to. On the way of every order, so one query for any number of symbols."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from marketdata.domain.calendar import Calendar, always_open, closing, session_span
from marketdata.domain.calendar import trade_date as date_of
from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.models import TradingCalendar
from marketdata.selectors.times import from_microseconds, to_microseconds

AROUND_THE_CLOCK = always_open(ZoneInfo("UTC"))
"""The calendar of instruments that have none."""

_KEPT = 64
_ATTEMPTS = 3
_NEVER = datetime.max.replace(tzinfo=UTC)


class _Window(NamedTuple):
    """A business date, and from when until when a new order belongs to it."""

    day: date
    since: datetime
    until: datetime


class _Asked:
    """A calendar, and the dates it was last asked for. Threads share it: each window is replaced as a whole."""

    __slots__ = ("_session", "_window", "calendar")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._window = _Window(date.min, _NEVER, _NEVER)
        self._session = (date.min, 0, 0)

    def trade_date(self, now: datetime) -> date:
        """The business date an order entered now belongs to."""
        window = self._window
        if not window.since <= now < window.until:
            day = date_of(self.calendar, now)
            self._window = window = _Window(day, now, closing(self.calendar, day))
        return window.day

    def session_day(self, at: int) -> date:
        """The business date a print of that moment (microseconds) is of."""
        session = self._session
        if not session[1] <= at < session[2]:
            day, since, until = session_span(self.calendar, from_microseconds(at))
            self._session = session = (day, to_microseconds(since), to_microseconds(until))
        return session[0]


_FOLLOWED = """
SELECT instrument.symbol, calendar.code, calendar.digest
FROM marketdata_instrument AS instrument JOIN marketdata_tradingcalendar AS calendar ON calendar.code = instrument.calendar_id
WHERE instrument.symbol = ANY(%s::text[])
"""
"""Written out: on the way of every order an ORM query costs three times as much."""

_around_the_clock = _Asked(AROUND_THE_CLOCK)
_known: dict[str, _Asked] = {}
"""By digest: what it says never changes."""


def trade_date(symbol: str, now: datetime) -> date:
    """The business date an order entered now belongs to: until the close that date, after it the next one of the symbol's calendar."""
    return trade_dates([symbol], now)[symbol]


def trade_dates(symbols: Collection[str], now: datetime) -> dict[str, date]:
    """`trade_date` for many symbols in one query. A symbol without a calendar, or an unknown one, is open around the clock in UTC."""
    found = _followed(symbols)
    return {symbol: found.get(symbol, _around_the_clock).trade_date(now) for symbol in symbols}


def session_days(symbols: Collection[str]) -> Callable[[str, int], date]:
    """What says which business date a print of one of the symbols, at a moment (microseconds), is of; one query for all."""
    return _session_days(_followed(symbols))


def session_days_by(calendars: Mapping[str, tuple[str, str]]) -> Callable[[str, int], date]:
    """`session_days` where code and digest of each symbol's calendar have been read already."""
    return _session_days({symbol: _asked(code, digest) for symbol, (code, digest) in calendars.items()})


def _session_days(found: Mapping[str, _Asked]) -> Callable[[str, int], date]:
    return lambda symbol, at: found.get(symbol, _around_the_clock).session_day(at)


def _followed(symbols: Collection[str]) -> dict[str, _Asked]:
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, [list(set(symbols))])
        return {symbol: _asked(code, digest) for symbol, code, digest in cursor.fetchall()}


def calendar_of(row: TradingCalendar | None) -> Calendar:
    """A stored calendar as the domain computes with it; without one, open around the clock in UTC."""
    return AROUND_THE_CLOCK if row is None else _asked(row.code, row.digest).calendar


def calendar_parts(row: TradingCalendar) -> Parts:
    """All that a stored calendar says, in order."""
    lines = row.lines.order_by("day", "offset", "at").values_list("day", "offset", "at", "phase", "auction")
    days = row.days.order_by("date").values_list("date", "kind", "name")
    return Parts(row.zone, row.always_open, tuple(Line(*line) for line in lines), tuple(Day(*day) for day in days))


def _asked(code: str, digest: str) -> _Asked:
    found = _known.get(digest)
    if found is None:
        parts = _read(code)
        if len(_known) >= _KEPT:
            _known.clear()
        found = _known.setdefault(parts.digest(), _Asked(parts.calendar()))
    return found


def _read(code: str) -> Parts:
    """A calendar as it is. While somebody saves it, its row and its parts may be of two versions: then once more."""
    for _ in range(_ATTEMPTS):
        row = TradingCalendar.objects.get(pk=code)
        parts = calendar_parts(row)
        if parts.digest() == row.digest:
            break
    return parts
