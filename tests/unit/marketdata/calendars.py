"""Calendars the tests speak of, and short ways to say a moment."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from marketdata.domain.calendar import Calendar, Step

NEW_YORK = ZoneInfo("America/New_York")


def steps(*words):
    """Steps from text such as "-1 18:00 continuous" or "9:25 auction opening"."""
    made = []
    for text in words:
        parts = text.split()
        day = int(parts.pop(0)) if ":" not in parts[0] else 0
        hour, minute = map(int, parts[0].split(":"))
        made.append(Step(day, time(hour, minute), parts[1], parts[2] if len(parts) > 2 else None))
    return tuple(made)


FULL = steps("9:00 pre_open", "9:25 auction opening", "9:30 continuous", "15:50 auction closing", "16:00 closed")
SHORT = steps("9:00 pre_open", "9:25 auction opening", "9:30 continuous", "12:50 auction closing", "13:00 closed")
EVENING = steps("-1 18:00 continuous", "17:00 closed")

THANKSGIVING, BLACK_FRIDAY = date(2026, 11, 26), date(2026, 11, 27)


def stocks(holidays=(THANKSGIVING,), half_days=(BLACK_FRIDAY,)):
    """New York's weekdays with both auctions."""
    return Calendar(NEW_YORK, (FULL,) * 5 + ((), ()), SHORT, frozenset(holidays), frozenset(half_days))


def futures(holidays=()):
    """Each weekday begins the evening before."""
    return Calendar(NEW_YORK, (EVENING,) * 5 + ((), ()), (), frozenset(holidays))


def utc(text):
    """A moment from "2026-11-24 21:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def new_york(text):
    """A moment from New York's wall clock (the first of two)."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)
