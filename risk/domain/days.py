"""How a business date is written in a command: YYYY-MM-DD, so that dates compare as text does."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
_DAY_US = 86_400_000_000


def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar, written in that one way."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def day_of(moment: int) -> str:
    """The UTC day of a moment (microseconds)."""
    return _day(moment // _DAY_US)


def days_between(earlier: str, later: str) -> int:
    """How many days lie between two dates; below zero when the first is the later one."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


@lru_cache(maxsize=16)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()
