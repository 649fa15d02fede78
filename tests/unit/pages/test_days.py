"""The drill-down of lists by day and hour."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.options import IncorrectLookupParameters

from oms_site.infra.days import drill, parse_day

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


def test_a_day_is_a_day_of_utc_and_an_hour_an_hour_of_it() -> None:
    assert parse_day("2026-02-28") == (datetime(2026, 2, 28, tzinfo=UTC), timedelta(days=1))
    assert parse_day("2026-02-28T23") == (datetime(2026, 2, 28, 23, tzinfo=UTC), timedelta(hours=1))


@pytest.mark.parametrize("text", ["", "today", "2026-02-30", "2026-02-28T24", "2026-02-28 23", "28.02.2026"])
def test_anything_else_is_no_day(text: str) -> None:
    with pytest.raises(IncorrectLookupParameters):
        parse_day(text)


def test_at_first_the_last_seven_days_are_offered() -> None:
    assert [value for value, _ in drill(None, NOW)][:2] == ["2026-03-01", "2026-02-28"]
    assert len(drill(None, NOW)) == 7


@pytest.mark.parametrize("chosen", ["2026-02-28", "2026-02-28T09"])
def test_of_a_day_its_hours_and_the_days_beside_it_are_offered(chosen: str) -> None:
    offered = [value for value, _ in drill(chosen, NOW)]
    assert offered[:3] == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert offered[3:] == [f"2026-02-28T{hour:02}" for hour in range(24)]
