"""First in, first out; the day's result; other currencies: what is not known is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.positions import Fill, restated
from reporting.domain.profit import Rate, Today, day_result, fifo, in_base, together
from schemas.units import ONE

WIDE = ONE * ONE


def fills(*terms: tuple[str, int, int]) -> list[Fill]:
    return [Fill("trade", f"O{n}", f"T{n}", side, quantity * ONE, price * ONE) for n, (side, quantity, price) in enumerate(terms)]


def test_a_sale_closes_the_oldest_lots_first() -> None:
    lots = fifo(fills(("buy", 100, 10), ("buy", 100, 12), ("sell", 150, 15)))
    assert lots.open == ((50 * ONE, 12 * ONE),)
    assert lots.realised == (100 * (15 - 10) + 50 * (15 - 12)) * WIDE


def test_a_flip_through_zero_opens_at_its_own_price() -> None:
    lots = fifo(fills(("sell", 10, 20), ("buy", 25, 18)))
    assert (lots.open, lots.realised) == (((15 * ONE, 18 * ONE),), 10 * 2 * WIDE)


def test_a_busted_fill_has_never_closed_a_lot() -> None:
    made = fills(("buy", 100, 10), ("sell", 100, 15))
    bust = made[1]._replace(kind="trade_cancel", quantity=0, price=0)
    assert fifo([*made, bust]).open == ((100 * ONE, 10 * ONE),)
    assert fifo([*made, bust]).realised == 0


@given(st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 500), st.integers(1, 300)), max_size=30))
def test_lots_and_average_cost_hold_the_same_and_earn_the_same_in_the_end(terms: list[tuple[str, int, int]]) -> None:
    lots, held = fifo(fills(*terms)), restated(fills(*terms))
    assert lots.quantity == held.quantity
    assert lots.realised - lots.cost == held.realised - held.cost


@pytest.mark.parametrize(
    ("quantity", "mark", "today", "close", "result"),
    [
        (100, 12, Today(), 10, 200),  # held all day
        (100, 12, Today(100 * ONE, -1_100 * WIDE), None, 100),  # bought today at 11: no close is needed
        (0, None, Today(-100 * ONE, 1_150 * WIDE), 10, 150),  # sold today at 11.50: no mark is needed
        (100, None, Today(), 10, None),
        (100, 12, Today(), None, None),
        (0, None, Today(), None, 0),
    ],
)
def test_what_a_day_brought(quantity: int, mark: int | None, today: Today, close: int | None, result: int | None) -> None:
    prices = [None if price is None else price * ONE for price in (mark, close)]
    assert day_result(quantity * ONE, prices[0], today, prices[1]) == (None if result is None else result * WIDE)


def test_a_missing_rate_is_not_guessed() -> None:
    assert in_base(5, None) is None
    assert in_base(None, Rate(1, 1, "ECB", "2026-11-24")) is None
    assert together([1, None, 2]) is None
    assert together([1, 2]) == 3


@pytest.mark.parametrize(("amount", "denominator", "base"), [(1, 2, 0), (3, 2, 2), (5, 4, 1), (-1, 2, 0), (-3, 2, -2)])
def test_money_is_rounded_half_even(amount: int, denominator: int, base: int) -> None:
    assert in_base(amount, Rate(1, denominator, "ECB", "2026-11-24")) == base
