"""What is due for a market: in order, missed days by their closing, never a closed date again, and what a person decided."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.calendar import always_open, in_force, trade_date
from marketdata.domain.schedule import Standing, due, into_line
from tests.unit.marketdata.calendars import stocks, utc
from tests.unit.marketdata.test_calendar import ANY, MOMENTS

UTC_CLOCK = always_open(ZoneInfo("UTC"))
OPEN = Standing(date(2026, 11, 24), "continuous")
HALTED = Standing(date(2026, 11, 24), "halted", None, by_hand=True)


def told(changes):
    return [f"{to.trade_date.day} {to.phase}" + ("!" if uncross else "") + ("*" if to.by_hand else "") for _, to, uncross in changes]


def test_what_came_is_applied_in_order_and_the_closing_auction_ends_with_trades():
    assert told(due(stocks(), OPEN, utc("2026-11-24 20:00"), utc("2026-11-25 14:30"))) == [
        "24 auction",
        "24 closed!",
        "25 pre_open",
        "25 auction",
        "25 continuous",
    ]


def test_a_day_end_that_was_missed_comes_before_the_opening_and_with_its_own_date():
    calling = Standing(date(2026, 11, 24), "auction", "closing")
    assert told(due(stocks(), calling, utc("2026-11-24 20:50"), utc("2026-11-25 14:00"))) == ["24 closed!", "25 pre_open"]


def test_days_missed_as_a_whole_are_told_by_their_last_closing():
    assert told(due(stocks(), OPEN, utc("2026-11-24 20:50"), utc("2026-12-03 14:00"))) == ["24 closed", "2 closed", "3 pre_open"]
    assert told(due(UTC_CLOCK, OPEN, utc("2026-11-24 00:00"), utc("2026-11-28 07:00"))) == ["24 closed", "27 closed", "28 continuous"]


def test_nothing_of_a_date_that_was_closed_by_hand_is_applied_again():
    closed = Standing(date(2026, 11, 24), "closed", None, by_hand=True)
    assert told(due(stocks(), closed, utc("2026-11-24 19:00"), utc("2026-11-25 14:00"))) == ["25 pre_open"]
    assert told(due(UTC_CLOCK, closed, utc("2026-11-24 19:00"), utc("2026-11-25 14:00"))) == ["25 continuous"]


def test_a_halt_ends_with_the_next_step_of_the_calendar():
    assert told(due(stocks(), HALTED, utc("2026-11-24 15:00"), utc("2026-11-24 20:50"))) == ["24 auction"]


def test_a_halt_outlives_the_roll_of_the_date_around_the_clock():
    assert told(due(UTC_CLOCK, HALTED, utc("2026-11-24 15:00"), utc("2026-11-25 00:00"))) == ["24 closed", "25 halted*"]
    assert told(due(UTC_CLOCK, HALTED, utc("2026-11-24 15:00"), utc("2026-11-27 01:00"))) == ["24 closed", "26 closed", "27 halted*"]
    assert told(due(stocks(), HALTED, utc("2026-11-24 20:50"), utc("2026-11-25 14:00"))) == ["24 closed", "25 pre_open"], (
        "a night is no roll"
    )


def test_a_pause_of_the_market_itself_is_not_uncrossed_by_the_close():
    paused = Standing(date(2026, 11, 24), "auction", "volatility")
    assert told(due(stocks(), paused, utc("2026-11-24 20:50"), utc("2026-11-24 21:00"))) == ["24 closed"]


def test_a_market_that_stands_right_is_left_alone_by_another_calendar():
    assert into_line(UTC_CLOCK, OPEN, utc("2026-11-24 15:00")) == []
    assert into_line(stocks(), OPEN, utc("2026-11-24 15:00")) == []


def test_a_market_that_is_open_where_the_new_calendar_is_closed_is_closed_for_the_dates_before():
    assert told(into_line(stocks(), OPEN, utc("2026-11-24 08:00"))) == ["23 closed"]


def test_a_date_the_new_calendar_has_ended_or_never_had_is_closed():
    assert told(into_line(stocks(), OPEN, utc("2026-11-24 22:00"))) == ["24 closed"]
    holiday_today = stocks(holidays=[date(2026, 11, 24)])
    assert told(into_line(holiday_today, OPEN, utc("2026-11-24 15:00"))) == ["24 closed"]
    assert told(into_line(stocks(), Standing(date(2026, 11, 23), "continuous"), utc("2026-11-24 15:00"))) == ["23 closed", "24 continuous"]


def test_another_calendar_leaves_a_halt_until_its_date_has_ended():
    assert into_line(stocks(), HALTED, utc("2026-11-24 15:00")) == []
    assert told(into_line(stocks(), HALTED, utc("2026-11-24 21:00"))) == ["24 closed"]


def test_another_calendar_does_not_open_a_date_that_was_closed():
    assert into_line(stocks(), Standing(date(2026, 11, 24), "closed"), utc("2026-11-24 15:00")) == []


def replayed(calendar, standing, since, moments):
    """The standing after looking at each of these moments in turn, and all closings on the way."""
    closings = []
    for now in moments:
        for change in due(calendar, standing, since, now):
            standing = change.to
            closings += [standing.trade_date] if standing.closed else []
        since = now
    return standing, closings


@given(ANY, MOMENTS, st.lists(st.integers(1, 5 * 86_400), min_size=1, max_size=8))
def test_whenever_it_is_looked_at_a_market_ends_where_its_calendar_is_and_no_date_closes_twice(calendar, start, pauses):
    first = in_force(calendar, start)
    moments, now = [], start
    for pause in pauses:
        now += timedelta(seconds=pause)
        moments.append(now)
    standing, closings = replayed(calendar, Standing(*first[1:]), start, moments)
    assert (standing.trade_date, standing.phase, standing.auction) == in_force(calendar, now)[1:]
    assert closings == sorted(set(closings))
    assert all(day < trade_date(calendar, now) for day in closings)


@given(ANY, ANY, MOMENTS, st.integers(0, 3 * 86_400))
def test_another_calendar_is_in_force_after_one_look_or_the_date_was_closed_before(old, new, start, later):
    now = start + timedelta(seconds=later)
    before = Standing(*in_force(old, start)[1:])
    after = ([before, *(change.to for change in into_line(new, before, now))])[-1]
    wanted = in_force(new, now)
    assert (after.phase, after.auction) == wanted[2:] or (before.closed and before.trade_date >= wanted.trade_date)
    assert into_line(new, after, now) == []
