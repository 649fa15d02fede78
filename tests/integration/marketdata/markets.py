"""Instruments that follow calendars, and short ways to say moments of one week."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.models import Instrument, InstrumentSchedule
from marketdata.services import calendar_save, schedule_apply
from tests.integration.marketdata.conftest import controls, person

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in range(23, 28))
FULL = (
    (9, 0, "pre_open", ""),
    (9, 25, "auction", "opening"),
    (9, 30, "continuous", ""),
    (15, 50, "auction", "closing"),
    (16, 0, "closed", ""),
)


def lines(*days, steps=FULL):
    """The same session on some days."""
    return tuple(Line(day, 0, time(hour, minute), phase, auction) for day in days for hour, minute, phase, auction in steps)


STOCKS = Parts("America/New_York", False, lines(0, 1, 2, 3, 4), (Day(THURSDAY, "holiday", "Thanksgiving"),))


def at(text, day=24):
    """A moment of a day of that November, UTC."""
    hour, minute, *second = (int(part) for part in text.split(":"))
    return datetime(2026, 11, day, hour, minute, *second, tzinfo=UTC)


def boss():
    """Somebody of operations; the same one each time."""
    from django.contrib.auth.models import User

    return User.objects.filter(username="boss").first() or person("boss", "operations")


def calendar(parts=STOCKS, *, code="STOCKS", now=None, reason="a test", **more):
    """A stored calendar."""
    return calendar_save(actor=boss(), code=code, name=code, parts=parts, reason=reason, now=now or at("3:00"), **more)


def instrument(symbol="IBM", follows=None, **fields):
    """An instrument and, when it follows a calendar, that calendar."""
    return Instrument.objects.create(symbol=symbol, name=symbol, reference_price=Decimal(100), calendar=follows, **fields)


def look(now):
    """The scheduler looks; what that sent, as words."""
    before = len(controls())
    schedule_apply(now=now)
    return words(controls()[before:])


def words(commands):
    """`24 auction closing`, `uncross`."""
    return [
        command.command
        if command.command == "uncross"
        else " ".join(filter(None, (command.trade_date[-2:], command.phase, command.auction)))
        for command in commands
    ]


def row(symbol="IBM"):
    """A market's schedule."""
    return InstrumentSchedule.objects.get(pk=symbol)
