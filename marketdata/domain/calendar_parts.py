"""A calendar as people write it, line by line and day by day, and what the domain computes with."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from marketdata.domain.calendar import Calendar, Session, Step, always_open

HALF_DAY = 7
"""The `day` of a line that is for half days; 0 is Monday."""
HOLIDAY_KIND, HALF_DAY_KIND = "holiday", "half_day"


class Line(NamedTuple):
    """A step of the sessions of a weekday or of half days. `offset` counts days from the business date; `auction` may be empty."""

    day: int
    offset: int
    at: time
    phase: str
    auction: str = ""


class Day(NamedTuple):
    """A date that is not as its weekday: a holiday or a half day."""

    date: date
    kind: str = HOLIDAY_KIND
    name: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a calendar says."""

    zone: str
    always_open: bool
    lines: tuple[Line, ...] = ()
    days: tuple[Day, ...] = ()

    def calendar(self) -> Calendar:
        """What to compute with. Raises `ValueError` or `ZoneInfoNotFoundError` (a `KeyError`) for what names no time zone."""
        zone = ZoneInfo(self.zone)
        if self.always_open:
            return always_open(zone)
        sessions = _sessions(self.lines)
        week = tuple(sessions.get(day, ()) for day in range(HALF_DAY))
        return Calendar(zone, week, sessions.get(HALF_DAY, ()), self._dates(HOLIDAY_KIND), self._dates(HALF_DAY_KIND))

    def digest(self) -> str:
        """SHA-256 of what it says, in whatever order its parts were given."""
        said = [self.zone, self.always_open, sorted(map(str, self.lines)), sorted(str(day) for day in self.days)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def _dates(self, kind: str) -> frozenset[date]:
        return frozenset(day.date for day in self.days if day.kind == kind)


def _sessions(lines: Iterable[Line]) -> dict[int, Session]:
    ordered = sorted(lines)
    return {
        day: tuple(Step(line.offset, line.at, line.phase, line.auction or None) for line in steps)
        for day, steps in groupby(ordered, key=lambda line: line.day)
    }
