"""Business dates of many symbols in one query, exact to the moment, and never of a calendar that has been changed since."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from marketdata.models import Instrument, SessionLine, TradingCalendar
from marketdata.selectors import trade_date, trade_dates

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def market(db):
    """IBM trades 9:30 to 16:00 in New York on weekdays; BAC has no calendar."""
    calendar = TradingCalendar.objects.create(code="DAY", name="Day", zone="America/New_York", digest="one")
    steps = ((time(9, 30), "continuous"), (time(16), "closed"))
    SessionLine.objects.bulk_create(
        [SessionLine(calendar=calendar, day=day, at=at, phase=phase) for day in range(5) for at, phase in steps]
    )
    for symbol, follows in (("IBM", calendar), ("BAC", None)):
        Instrument.objects.create(symbol=symbol, name=symbol, reference_price=Decimal(1), calendar=follows)


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
def test_a_changed_calendar_is_read_anew():
    assert trade_date("IBM", at(24, 20)) == date(2026, 11, 24)
    SessionLine.objects.filter(day=1).delete()
    TradingCalendar.objects.update(digest="two")
    assert trade_date("IBM", at(24, 20)) == date(2026, 11, 25)
