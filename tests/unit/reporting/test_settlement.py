"""T+1 in business days."""

from datetime import date

import pytest

from reporting.domain.settlement import settlement_date


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
