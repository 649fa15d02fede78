"""A market's trading calendar: which phase begins when, and to which business date a moment belongs. Pure; every moment is aware.

A session is what happens for one business date, from its first step to its closing, which is its last: its date is the date it closes
on, so it may begin the evening before. Times are those of the calendar's wall clock. A time the clock skips (spring) is taken as the
first moment after the gap, one it shows twice (autumn) as the first of the two, so steps never change their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.enums import Phase

REACH_DAYS = 400
"""How far a business day may lie ahead or behind: further than any market has ever rested."""
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class CalendarError(ValueError):
    """The calendar has no business day within `REACH_DAYS`."""


class Step(NamedTuple):
    """One line of a session. `day` counts from the business date: -1 the evening before, 1 its midnight (24:00)."""

    day: int
    at: time
    phase: str
    auction: str | None = None


Session = tuple[Step, ...]


class Transition(NamedTuple):
    """A step at its moment (UTC), for its business date."""

    at: datetime
    trade_date: date
    phase: str
    auction: str | None = None

    @property
    def closes(self) -> bool:
        """Whether it ends its business date."""
        return self.phase == Phase.CLOSED.value


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` holds the session of each weekday, Monday first, empty where there is none. A half day has its own, whatever the weekday."""

    zone: ZoneInfo
    week: tuple[Session, ...]
    half_day: Session = ()
    holidays: frozenset[date] = frozenset()
    half_days: frozenset[date] = frozenset()

    def session(self, day: date) -> Session:
        """The steps of a business date; empty when `day` is none."""
        if day in self.holidays:
            return ()
        return self.half_day if day in self.half_days else self.week[day.weekday()]


def always_open(zone: ZoneInfo) -> Calendar:
    """Every day from midnight to midnight: a date's closing and the next date's opening are one moment."""
    return Calendar(zone, (_AROUND_THE_CLOCK,) * 7)


def moment(zone: ZoneInfo, day: date, at: time) -> datetime:
    """When (UTC) the wall clock of `zone` shows `at` on `day`."""
    local = datetime.combine(day, at, zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return utc
    early, late = local.replace(fold=1).astimezone(UTC), utc
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Whether the market has a session for this date."""
    return bool(calendar.session(day))


def next_business_day(calendar: Calendar, day: date) -> date:
    """The first business day after `day`. Raises `CalendarError`."""
    return _business_day(calendar, day + _DAY, _DAY)


def previous_business_day(calendar: Calendar, day: date) -> date:
    """The last business day before `day`. Raises `CalendarError`."""
    return _business_day(calendar, day - _DAY, -_DAY)


def session_of(calendar: Calendar, day: date) -> tuple[Transition, ...]:
    """What happens for one business date, in order; empty when `day` is none."""
    zone = calendar.zone
    return tuple(Transition(moment(zone, day + step.day * _DAY, step.at), day, step.phase, step.auction) for step in calendar.session(day))


def transitions(calendar: Calendar, after: datetime, until: datetime) -> list[Transition]:
    """What happens after `after` and not after `until`, in order."""
    return [step for step in chain.from_iterable(_sessions_around(calendar, after, until)) if after < step.at <= until]


def next_transition(calendar: Calendar, after: datetime) -> Transition:
    """The first that comes after a moment. Raises `CalendarError`."""
    day = trade_date(calendar, after)
    while True:
        for step in session_of(calendar, day):
            if step.at > after:
                return step
        day = next_business_day(calendar, day)


def in_force(calendar: Calendar, now: datetime) -> Transition:
    """The last that came, at `now` or before: the phase that should be in force and the date it is of. Raises `CalendarError`."""
    day = trade_date(calendar, now)
    while True:
        for step in reversed(session_of(calendar, day)):
            if step.at <= now:
                return step
        day = previous_business_day(calendar, day)


def trade_date(calendar: Calendar, now: datetime) -> date:
    """The business date an order entered at `now` belongs to: the first that has not closed by then. Raises `CalendarError`."""
    day = _business_day(calendar, now.astimezone(calendar.zone).date() - 2 * _DAY, _DAY)
    while closing(calendar, day) <= now:
        day = next_business_day(calendar, day)
    return day


def session_span(calendar: Calendar, now: datetime) -> tuple[date, datetime, datetime]:
    """The business date a print or quote of `now` is of, and from when until when (UTC) that holds.

    A date begins with its first step and lasts until the next one's first: what is told after the close is still of the date that closed.
    Raises `CalendarError`.
    """
    day = in_force(calendar, now).trade_date
    following = session_of(calendar, next_business_day(calendar, day))
    return day, session_of(calendar, day)[0].at, following[0].at


def closing(calendar: Calendar, day: date) -> datetime:
    """When a business date ends (UTC)."""
    last = calendar.session(day)[-1]
    return moment(calendar.zone, day + last.day * _DAY, last.at)


def _sessions_around(calendar: Calendar, after: datetime, until: datetime) -> Iterator[tuple[Transition, ...]]:
    """A wall clock is at most a day from UTC, a session begins or ends at most a day from its date."""
    day, last = after.astimezone(UTC).date() - 2 * _DAY, until.astimezone(UTC).date() + 2 * _DAY
    while day <= last:
        yield session_of(calendar, day)
        day += _DAY


def _business_day(calendar: Calendar, day: date, step: timedelta) -> date:
    for _ in range(REACH_DAYS):
        if calendar.session(day):
            return day
        day += step
    raise CalendarError(f"no business day within {REACH_DAYS} days")


_AROUND_THE_CLOCK: Session = (Step(0, time(), Phase.CONTINUOUS.value), Step(1, time(), Phase.CLOSED.value))
