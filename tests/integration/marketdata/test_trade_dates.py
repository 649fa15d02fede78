"""Business dates of many symbols in one query, exact to the moment, and never of a calendar that has been changed since."""

from datetime import UTC, date, datetime

import pytest

from marketdata.domain.calendar_parts import Parts
from marketdata.models import TradingCalendar
from marketdata.selectors import calendar_of, trade_date, trade_dates
from tests.integration.marketdata.markets import calendar, instrument, lines

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

DAY = ((9, 30, "continuous", ""), (16, 0, "closed", ""))


@pytest.fixture
def market(db):
    """IBM trades 9:30 to 16:00 in New York on weekdays; BAC has no calendar."""
    instrument("IBM", save(0, 1, 2, 3, 4))
    instrument("BAC")


def save(*days):
    return calendar(Parts("America/New_York", False, lines(*days, steps=DAY)), code="DAY")


def at(day, hour, minute=0, second=0):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.usefixtures("market")
def test_until_the_close_it_is_that_date_and_after_it_the_next():
    assert trade_date("IBM", at(24, 20, 59, 59)) == date(2026, 11, 24)
    assert trade_date("IBM", at(24, 21)) == date(2026, 11, 25)
    assert trade_date("IBM", at(27, 22)) == date(2026, 11, 30)
    assert trade_date("IBM", at(24, 20)) == date(2026, 11, 24), "also when asked backwards"


@pytest.mark.usefixtures("market")
def test_without_a_calendar_the_date_is_utcs():
    assert trade_date("BAC", at(24, 23, 59, 59)) == date(2026, 11, 24)
    assert trade_date("BAC", at(25, 0)) == date(2026, 11, 25)
    assert trade_date("NONE", at(25, 0)) == date(2026, 11, 25)


@pytest.mark.usefixtures("market")
def test_five_hundred_orders_cost_one_query(django_assert_num_queries):
    trade_dates(["IBM"], at(24, 20))
    with django_assert_num_queries(1):
        found = trade_dates(["IBM", "BAC"] * 250, at(24, 21))
    assert found == {"IBM": date(2026, 11, 25), "BAC": date(2026, 11, 24)}


@pytest.mark.usefixtures("market")
def test_a_changed_calendar_is_read_anew_and_one_changed_back_is_what_it_was():
    for days, expected in (((0, 2, 3, 4), 25), ((0, 1, 2, 3, 4), 24), ((0, 4), 27)):
        save(*days)
        assert trade_date("IBM", at(24, 20)) == date(2026, 11, expected)


def test_a_row_that_was_read_before_a_change_does_not_stand_for_what_came_after(db):
    def save_one(minute):
        steps = ((9, minute, "continuous", ""), (16, 0, "closed", ""))
        return calendar(Parts("America/New_York", False, lines(1, steps=steps)), code="OWN")

    def opening(row):
        return calendar_of(row).session(date(2026, 11, 24))[0].at.minute

    before = save_one(41)
    after = save_one(42)
    assert opening(before) == 42, "as it is by now"
    save_one(41)
    assert (opening(TradingCalendar.objects.get()), opening(after)) == (41, 42)
