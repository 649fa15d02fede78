"""Faults of a calendar, each told in words."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from marketdata.domain.calendar import Calendar, always_open
from marketdata.domain.calendar_rules import problems
from tests.unit.marketdata.calendars import FULL, NEW_YORK, SHORT, futures, steps, stocks


def monday(*words, others=()):
    return Calendar(NEW_YORK, (steps(*words), others, (), (), (), (), ()))


@pytest.mark.parametrize("calendar", [stocks(), futures(), always_open(ZoneInfo("Asia/Tokyo"))])
def test_a_calendar_that_can_be_used_has_none(calendar):
    assert problems(calendar) == []


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        (Calendar(NEW_YORK, ((),) * 7), "no weekday has a line"),
        (monday("9:30 continuous"), "Monday: never closes"),
        (monday("9:30 continuous", "16:00 auction closing"), "Monday: never closes"),
        (monday("16:00 closed"), "closed is its last line and no other"),
        (monday("9:30 continuous", "12:00 closed", "13:00 continuous", "16:00 closed"), "closed is its last line and no other"),
        (monday("9:30 continuous", "9:30 auction opening", "16:00 closed"), "Monday, 09:30: there are two lines"),
        (monday("9:30 continuous", "10:00 continuous", "16:00 closed"), "10:00: changes nothing"),
        (monday("-1 18:00 continuous", "-1 20:00 closed"), "closes the day before"),
        (monday("9:30 continuous", "12:00 halted", "16:00 closed"), "a halt is made by a person"),
        (monday("9:30 auction", "16:00 closed"), "say which auction"),
        (monday("9:30 auction volatility", "16:00 closed"), "say which auction"),
        (monday("9:30 continuous opening", "16:00 closed"), "continuous has no kind of auction"),
        (monday("9:30 continuous", "1 16:00 closed"), "24:00 is for closing at midnight alone"),
        (
            monday("0:00 continuous", "1 0:00 closed", others=steps("-1 23:00 continuous", "9:00 closed")),
            "Tuesday begins at 23:00 the day before",
        ),
        (replace(futures(), half_day=steps("-1 16:00 continuous", "12:00 closed")), "half day begins at 16:00 the day before"),
        (replace(stocks(), half_day=()), "2026-11-27 is a half day, but no line is for half days"),
        (stocks(holidays=[date(2026, 11, 27)]), "2026-11-27 is both"),
        (stocks(holidays=[date(2026, 1, 1) + timedelta(days=n) for n in range(800)]), "no business day within 400 days"),
        (replace(stocks(), half_day=SHORT[:-1]), "half day: never closes"),
    ],
)  # fmt: skip
def test_each_fault_is_named(calendar, says):
    assert any(says in problem for problem in problems(calendar)), problems(calendar)


def test_all_faults_are_told_at_once():
    broken = Calendar(NEW_YORK, (steps("9:30 continuous"), steps("16:00 closed"), FULL, (), (), (), ()))
    assert [problem.split(":")[0] for problem in problems(broken)] == ["Monday", "Tuesday"]
