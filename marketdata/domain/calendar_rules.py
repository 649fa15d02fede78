"""What a calendar must not be, each fault in words the person who edits it understands."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from marketdata.domain.calendar import Calendar, CalendarError, Session, Step, next_business_day
from schemas.enums import AuctionKind, Phase

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALF_DAY = "half day"
_SCHEDULED = frozenset({AuctionKind.OPENING.value, AuctionKind.CLOSING.value})
_WHEN = {-1: " the day before", 0: "", 1: " (24:00)"}


def problems(calendar: Calendar) -> list[str]:
    """Everything that is wrong, in the order of the week; empty when the calendar can be used."""
    named = [*zip(WEEKDAYS, calendar.week, strict=True), (HALF_DAY, calendar.half_day)]
    found = [problem for name, session in named if session for problem in _session(name, session)]
    if not any(calendar.week):
        return [*found, "no weekday has a line: the market would never open"]
    found += _dates(calendar)
    return found or list(_overlaps(calendar))


def _session(name: str, session: Session) -> Iterator[str]:
    for step in session:
        yield from (f"{name}, {_time(step)}: {fault}" for fault in _step(step))
    for one, other in pairwise(session):
        if (one.day, one.at) == (other.day, other.at):
            yield f"{name}, {_time(one)}: there are two lines for this time"
        elif (one.phase, one.auction) == (other.phase, other.auction):
            yield f"{name}, {_time(other)}: changes nothing, the market is in that phase already"
    closings = [step for step in session if step.phase == Phase.CLOSED.value]
    if session[-1].phase != Phase.CLOSED.value:
        yield f"{name}: never closes; its last line must be closed"
    elif len(closings) > 1 or len(session) == 1:
        yield f"{name}: closed is its last line and no other; a break is a halt by hand, or another phase"
    elif session[-1].day < 0:
        yield f"{name}: closes the day before; a business date is the day its session closes on"


def _step(step: Step) -> Iterator[str]:
    if step.phase == Phase.HALTED.value:
        yield "a halt is made by a person, not by a calendar"
    if step.phase == Phase.AUCTION.value and step.auction not in _SCHEDULED:
        yield "say which auction: opening or closing (a volatility auction is called by the market itself)"
    if step.phase != Phase.AUCTION.value and step.auction:
        yield f"{step.phase.replace('_', '-')} has no kind of auction"
    if step.day == 1 and (step.at.hour or step.at.minute or step.at.second or step.phase != Phase.CLOSED.value):
        yield "24:00 is for closing at midnight alone: time 00:00, phase closed"
    if step.at.microsecond:
        yield "whole seconds only"


def _dates(calendar: Calendar) -> Iterator[str]:
    if calendar.half_days and not calendar.half_day:
        yield f"{min(calendar.half_days)} is a half day, but no line is for half days"
    both = calendar.holidays & calendar.half_days
    if both:
        yield f"{min(both)} is both a holiday and a half day"
    for day in sorted(calendar.holidays):
        try:
            next_business_day(calendar, day)
        except CalendarError as error:
            yield f"after the holiday {day} there is {error}"
            return


def _overlaps(calendar: Calendar) -> Iterator[str]:
    """A session must not begin before the one of the day before has closed, whichever of the two is a half day."""
    half = [(HALF_DAY, calendar.half_day)] if calendar.half_day else []
    seen = set()
    for number, name in enumerate(WEEKDAYS):
        following = (number + 1) % 7
        first = [(name, calendar.week[number]), *half]
        second = [(WEEKDAYS[following], calendar.week[following]), *half]
        for (one, session), (other, later) in ((a, b) for a in first for b in second):
            if session and later and (one, other) not in seen and _ends(session) > _begins(later) + timedelta(days=1):
                seen.add((one, other))
                yield f"{other} begins at {_time(later[0])}, before the {one} before it has closed ({_time(session[-1])})"


def _begins(session: Session) -> timedelta:
    return _since_midnight(session[0])


def _ends(session: Session) -> timedelta:
    return _since_midnight(session[-1])


def _since_midnight(step: Step) -> timedelta:
    return timedelta(days=step.day, hours=step.at.hour, minutes=step.at.minute, seconds=step.at.second)


def _time(step: Step) -> str:
    return f"{step.at:%H:%M}{_WHEN[step.day]}" if not step.at.second else f"{step.at:%H:%M:%S}{_WHEN[step.day]}"
