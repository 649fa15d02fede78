"""The demo's example of a calendar can be followed and has the hours New York has published."""

from datetime import UTC, date, datetime, timedelta

from marketdata.demo import DEMO_CALENDARS, DEMO_INSTRUMENTS, XNYS
from marketdata.domain.calendar import closing, is_business_day, session_of
from marketdata.domain.calendar_rules import problems
from tests.unit.marketdata.calendars import new_york

YEARS = [date(2026, 1, 1) + timedelta(days=number) for number in range(730)]


def test_every_example_can_be_followed():
    assert all(problems(parts.calendar()) == [] for _, parts in DEMO_CALENDARS.values())


def test_a_year_has_as_many_sessions_as_the_exchange():
    calendar = XNYS.calendar()
    assert sum(is_business_day(calendar, day) for day in YEARS if day.year == 2026) == 251
    assert sum(is_business_day(calendar, day) for day in YEARS if day.year == 2027) == 251
    early = [day for day in YEARS if is_business_day(calendar, day) and closing(calendar, day) == new_york(f"{day} 13:00")]
    assert early == [date(2026, 11, 27), date(2026, 12, 24), date(2027, 11, 26)]


def test_it_opens_and_closes_with_auctions():
    steps = session_of(XNYS.calendar(), date(2026, 11, 25))
    assert [(step.at, step.phase, step.auction) for step in steps] == [
        (datetime(2026, 11, 25, 14, 0, tzinfo=UTC), "pre_open", None),
        (datetime(2026, 11, 25, 14, 25, tzinfo=UTC), "auction", "opening"),
        (datetime(2026, 11, 25, 14, 30, tzinfo=UTC), "continuous", None),
        (datetime(2026, 11, 25, 20, 50, tzinfo=UTC), "auction", "closing"),
        (datetime(2026, 11, 25, 21, 0, tzinfo=UTC), "closed", None),
    ]


def test_only_one_instrument_of_the_demo_has_a_band_and_none_of_the_real_files():
    banded = [row.symbol for row in DEMO_INSTRUMENTS if row.band is not None]
    assert banded == ["TSLA"]
    assert not {"IBM", "BAC", "AIG", "EURUSD"} & set(banded)
