"""Averages of decimals are those of integers; a number for people."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.units import MAX_UNITS, NOTIONAL_SCALE, average_of, average_price, from_units, grouped


@given(st.integers(0, 10**27), st.integers(1, MAX_UNITS))
@example(1, 2)
@example(3, 2)
@example(10**27 + 1, 2 * 10**18)
@example(0, 1)
def test_an_average_of_decimals_is_the_one_of_integers(notional: int, quantity: int) -> None:
    assert average_of(from_units(notional, NOTIONAL_SCALE), from_units(quantity)) == average_price(notional, quantity)


def test_nothing_has_no_average() -> None:
    assert average_of(Decimal(0), Decimal("0E-8")) is None


@pytest.mark.parametrize(
    ("text", "decimals", "written"),
    [("1234567.5", 2, "1,234,567.50"), ("-0.5", 0, "-0.5"), ("-1000", 0, "-1,000"), ("12", 2, "12.00"), ("1000.125", 2, "1,000.125")],
)
def test_thousands_are_apart(text: str, decimals: int, written: str) -> None:
    assert grouped(text, decimals) == written
