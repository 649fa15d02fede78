"""T+n in days on which both markets and both currencies are open."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from marketdata.domain.calendar import Calendar, always_open
from reporting.domain.settlement.dates import NoSettlementDay, settlement_date


@pytest.mark.parametrize(
    ("traded", "settles"),
    [
        (date(2026, 11, 23), date(2026, 11, 24)),  # Monday
        (date(2026, 11, 26), date(2026, 11, 27)),  # Thursday
        (date(2026, 11, 27), date(2026, 11, 30)),  # Friday
        (date(2026, 11, 28), date(2026, 11, 30)),  # Saturday
        (date(2026, 11, 29), date(2026, 11, 30)),  # Sunday
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2028, 2, 28), date(2028, 2, 29)),
    ],
)
def test_a_trade_settles_on_the_next_business_day(traded: date, settles: date) -> None:
    assert settlement_date(traded) == settles


def test_more_days_skip_every_weekend() -> None:
    assert settlement_date(date(2026, 11, 26), 3) == date(2026, 12, 1)


THANKSGIVING = date(2026, 11, 26)


def closed_on(*days: date) -> Calendar:
    return replace(always_open(ZoneInfo("UTC")), holidays=frozenset(days))


def test_a_day_on_which_one_of_the_markets_is_closed_is_no_settlement_day() -> None:
    both = (closed_on(THANKSGIVING), closed_on(date(2026, 12, 1)))
    assert settlement_date(date(2026, 11, 25), 1, both) == date(2026, 11, 27)
    assert settlement_date(date(2026, 11, 27), 2, both) == date(2026, 12, 2), "a weekend, and a holiday of the other currency"


def test_a_market_that_rests_on_fridays_delivers_on_mondays() -> None:
    week = always_open(ZoneInfo("UTC")).week
    resting = replace(always_open(ZoneInfo("UTC")), week=(*week[:4], (), *week[5:]))
    assert settlement_date(date(2026, 11, 26), 1, (resting,)) == date(2026, 11, 30)


def test_on_the_day_of_the_trade_itself_or_on_the_first_that_is_open() -> None:
    assert settlement_date(date(2026, 11, 25), 0) == date(2026, 11, 25)
    assert settlement_date(date(2026, 11, 28), 0) == date(2026, 11, 30)
    assert settlement_date(THANKSGIVING, 0, (closed_on(THANKSGIVING),)) == date(2026, 11, 27)


def test_calendars_without_a_common_day_are_told() -> None:
    never = replace(always_open(ZoneInfo("UTC")), week=((),) * 7)
    with pytest.raises(NoSettlementDay):
        settlement_date(date(2026, 1, 1), 1, (never,))
