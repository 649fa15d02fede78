"""Calendars: which phase begins when, which date a moment belongs to, through holidays, half days, nights and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.calendar import (
    Calendar,
    CalendarError,
    always_open,
    closing,
    in_force,
    is_business_day,
    moment,
    next_business_day,
    next_transition,
    previous_business_day,
    session_of,
    trade_date,
    transitions,
)
from tests.unit.marketdata.calendars import BLACK_FRIDAY, NEW_YORK, THANKSGIVING, futures, new_york, steps, stocks, utc

UTC_CLOCK = always_open(ZoneInfo("UTC"))


def words(found):
    return [(f"{step.at:%m-%d %H:%M}", step.trade_date.day, step.phase, step.auction) for step in found]


def test_a_day_goes_through_its_lines_in_utc():
    assert words(transitions(stocks(), utc("2026-11-24 00:00"), utc("2026-11-25 00:00"))) == [
        ("11-24 14:00", 24, "pre_open", None),
        ("11-24 14:25", 24, "auction", "opening"),
        ("11-24 14:30", 24, "continuous", None),
        ("11-24 20:50", 24, "auction", "closing"),
        ("11-24 21:00", 24, "closed", None),
    ]


def test_the_beginning_of_a_span_is_outside_and_its_end_inside():
    open_, close = utc("2026-11-24 14:30"), utc("2026-11-24 21:00")
    assert [step.phase for step in transitions(stocks(), open_, close)] == ["auction", "closed"]
    assert transitions(stocks(), close, close) == []


def test_a_holiday_has_no_session_and_a_half_day_its_own():
    assert not is_business_day(stocks(), THANKSGIVING)
    assert session_of(stocks(), THANKSGIVING) == ()
    assert closing(stocks(), BLACK_FRIDAY) == utc("2026-11-27 18:00")
    assert next_business_day(stocks(), date(2026, 11, 25)) == BLACK_FRIDAY
    assert next_business_day(stocks(), BLACK_FRIDAY) == date(2026, 11, 30)
    assert previous_business_day(stocks(), date(2026, 11, 30)) == BLACK_FRIDAY


@pytest.mark.parametrize(
    ("now", "day", "phase"),
    [
        ("2026-11-24 13:59:59", 24, "closed"),
        ("2026-11-24 14:00", 24, "pre_open"),
        ("2026-11-24 14:29", 24, "auction"),
        ("2026-11-24 14:30", 24, "continuous"),
        ("2026-11-24 20:59:59", 24, "auction"),
        ("2026-11-24 21:00", 25, "closed"),
        ("2026-11-25 21:00", 27, "closed"),
        ("2026-11-26 17:00", 27, "closed"),
        ("2026-11-27 17:59", 27, "auction"),
        ("2026-11-27 18:00", 30, "closed"),
        ("2026-11-29 12:00", 30, "closed"),
    ],
)
def test_an_order_belongs_to_the_date_that_closes_next(now, day, phase):
    assert trade_date(stocks(), utc(now)).day == day
    assert in_force(stocks(), utc(now)).phase == phase


def test_a_session_that_begins_the_evening_before_is_of_the_date_it_closes_on():
    sunday_evening = new_york("2026-11-22 18:00")
    assert trade_date(futures(), sunday_evening) == date(2026, 11, 23)
    assert in_force(futures(), sunday_evening)[1:3] == (date(2026, 11, 23), "continuous")
    assert trade_date(futures(), new_york("2026-11-23 17:00")) == date(2026, 11, 24)
    assert in_force(futures(), new_york("2026-11-23 17:30"))[1:3] == (date(2026, 11, 23), "closed")


def test_a_holiday_takes_the_evening_before_with_it():
    calendar = futures(holidays=[date(2026, 11, 23)])
    assert in_force(calendar, new_york("2026-11-22 19:00"))[1:3] == (date(2026, 11, 20), "closed")
    assert next_transition(calendar, new_york("2026-11-22 19:00")).at == new_york("2026-11-23 18:00")


def test_around_the_clock_a_date_closes_and_the_next_opens_in_one_moment():
    midnight = utc("2026-11-25 00:00")
    assert words(transitions(UTC_CLOCK, midnight - timedelta(hours=1), midnight)) == [
        ("11-25 00:00", 24, "closed", None),
        ("11-25 00:00", 25, "continuous", None),
    ]
    assert trade_date(UTC_CLOCK, midnight - timedelta(microseconds=1)) == date(2026, 11, 24)
    assert trade_date(UTC_CLOCK, midnight) == date(2026, 11, 25)
    assert in_force(UTC_CLOCK, midnight)[1:3] == (date(2026, 11, 25), "continuous")
    assert next_transition(UTC_CLOCK, midnight)[:3] == (utc("2026-11-26 00:00"), date(2026, 11, 25), "closed")


def test_a_twenty_four_hour_session_closes_and_opens_at_its_own_hour():
    calendar = Calendar(NEW_YORK, (steps("-1 17:00 continuous", "17:00 closed"),) * 7)
    turn = new_york("2026-11-24 17:00")
    assert [step[1:3] for step in transitions(calendar, turn - timedelta(hours=1), turn)] == [
        (date(2026, 11, 24), "closed"),
        (date(2026, 11, 25), "continuous"),
    ]


def test_a_time_the_clock_skips_is_the_first_moment_after_the_gap():
    assert moment(NEW_YORK, date(2026, 3, 8), time(2, 30)) == utc("2026-03-08 07:00")
    assert moment(NEW_YORK, date(2026, 3, 8), time(3)) == utc("2026-03-08 07:00")
    assert moment(NEW_YORK, date(2026, 3, 8), time(1, 59, 59)) == utc("2026-03-08 06:59:59")


def test_a_time_the_clock_shows_twice_is_the_first_of_the_two():
    assert moment(NEW_YORK, date(2026, 11, 1), time(1, 30)) == utc("2026-11-01 05:30")
    assert moment(NEW_YORK, date(2026, 11, 1), time(2)) == utc("2026-11-01 07:00")


def test_a_day_the_clock_skips_altogether_has_no_length():
    apia = ZoneInfo("Pacific/Apia")
    assert moment(apia, date(2011, 12, 30), time()) == moment(apia, date(2011, 12, 31), time()) == utc("2011-12-30 10:00")


def test_opening_hours_follow_the_wall_clock_through_the_year():
    assert session_of(stocks(), date(2026, 3, 6))[2].at == utc("2026-03-06 14:30")
    assert session_of(stocks(), date(2026, 3, 9))[2].at == utc("2026-03-09 13:30")


def test_a_calendar_without_a_business_day_in_reach_says_so():
    with pytest.raises(CalendarError, match="within 400 days"):
        trade_date(Calendar(NEW_YORK, ((),) * 7), utc("2026-11-24 00:00"))


ZONES = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "America/Havana",
        "America/Sao_Paulo",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
    ]
)
MOMENTS = st.integers(946_684_800, 2_145_916_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@st.composite
def sessions(draw):
    """One session: two to six rising times of a day, perhaps beginning the evening before; the last closes."""
    minutes = sorted(draw(st.sets(st.integers(0, 24 * 60 - 1), min_size=2, max_size=6)))
    phases = [*("pre_open", "auction", "continuous", "auction", "continuous")[: len(minutes) - 1], "closed"]
    times = [time(minute // 60, minute % 60) for minute in minutes]
    return tuple(
        step for at, phase in zip(times, phases, strict=True) for step in steps(f"{at:%H:%M} {phase}" + " opening" * (phase == "auction"))
    )


@st.composite
def calendars(draw):
    """Any weekly calendar with a business day, some holidays and half days."""
    week = tuple(draw(st.one_of(st.just(()), sessions())) for _ in range(6))
    days = st.frozensets(st.dates(date(2000, 1, 1), date(2037, 12, 31)), max_size=5)
    return Calendar(ZoneInfo(draw(ZONES)), (draw(sessions()), *week), draw(sessions()), draw(days), draw(days))


ANY = st.one_of(calendars(), ZONES.map(lambda name: always_open(ZoneInfo(name))))


@given(ANY, MOMENTS, st.integers(0, 14))
def test_steps_never_go_back_and_dates_never_either(calendar, start, days):
    found = transitions(calendar, start, start + timedelta(days=days))
    assert [(step.at, step.trade_date) for step in found] == sorted((step.at, step.trade_date) for step in found)
    for day in {step.trade_date for step in found}:
        assert [step.phase for step in found if step.trade_date == day].count("closed") <= 1


@given(ANY, MOMENTS, st.integers(0, 7 * 86_400), st.integers(0, 7 * 86_400))
def test_a_span_is_the_sum_of_its_parts(calendar, start, one, other):
    middle, end = start + timedelta(seconds=one), start + timedelta(seconds=one + other)
    assert transitions(calendar, start, end) == transitions(calendar, start, middle) + transitions(calendar, middle, end)


@given(ANY, MOMENTS)
def test_the_phase_in_force_is_the_last_step_that_came_and_nothing_comes_before_the_next(calendar, now):
    last, following = in_force(calendar, now), next_transition(calendar, now)
    assert last.at <= now < following.at
    assert transitions(calendar, last.at, now) == []
    assert transitions(calendar, now, following.at)[0] == following


@given(ANY, MOMENTS)
def test_a_new_order_belongs_to_the_first_date_that_has_not_closed(calendar, now):
    day = trade_date(calendar, now)
    assert is_business_day(calendar, day)
    assert closing(calendar, previous_business_day(calendar, day)) <= now < closing(calendar, day)


@given(ANY, MOMENTS, st.integers(0, 40 * 86_400))
def test_business_dates_never_go_back_in_time(calendar, now, later):
    assert trade_date(calendar, now) <= trade_date(calendar, now + timedelta(seconds=later))


@given(ANY, MOMENTS)
def test_while_the_market_is_open_the_date_is_that_of_its_session(calendar, now):
    current = in_force(calendar, now)
    if current.phase == "closed":
        assert trade_date(calendar, now) > current.trade_date
    else:
        assert trade_date(calendar, now) == current.trade_date


@given(ZONES.map(ZoneInfo), st.dates(date(2000, 1, 1), date(2037, 12, 31)), st.lists(st.integers(0, 86_399), min_size=2, max_size=2))
def test_the_wall_clocks_order_is_kept(zone, day, seconds):
    early, late = (time(second // 3600, second // 60 % 60, second % 60) for second in sorted(seconds))
    assert moment(zone, day, early) <= moment(zone, day, late) <= moment(zone, day + timedelta(days=1), time())


@given(ZONES.map(ZoneInfo), MOMENTS)
def test_a_moment_on_the_wall_clock_is_found_again_unless_it_is_the_second_of_two(zone, now):
    local = now.astimezone(zone)
    found = moment(zone, local.date(), local.time())
    assert found == now if local.fold == 0 else found < now
