"""How old a row is, as a person reads it."""

from datetime import datetime


def age(since: datetime, now: datetime) -> str:
    """An age a person takes in at a glance: 0.4 s, 12 s, 3 min, 5 h, 2 d."""
    tenths = max(0, int((now - since).total_seconds() * 10))
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10} s"
    seconds = tenths // 10
    for unit, size, bound in (("s", 1, 120), ("min", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < bound:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} d"
