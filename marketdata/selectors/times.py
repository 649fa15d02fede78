"""Times as the log has them, and ages."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(moment: datetime) -> int:
    """A time as microseconds since the epoch, exact."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """Microseconds since the epoch as a time in UTC, exact."""
    return _EPOCH + timedelta(microseconds=value)


def age_ms(since: datetime, now: datetime) -> int:
    """Whole milliseconds since a moment, never below 0."""
    return max(0, (now - since) // timedelta(milliseconds=1))
