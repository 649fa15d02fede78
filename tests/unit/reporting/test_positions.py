"""Positions by average cost: exact in cash, exact when flat, and as close to the true average as a unit allows."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.objects import Mark, position_object, wide_text
from reporting.domain.positions import Holding, average_cost, filled, unrealised

ONE = 10**8
fills_drawn = st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 10**14), st.integers(1, 10**13)), min_size=1, max_size=40)


def held(*fills: tuple[str, int, int]) -> Holding:
    position = Holding()
    for side, quantity, price in fills:
        position = filled(position, side, quantity * ONE, price * ONE)
    return position


def wide(value: int) -> int:
    return value * ONE * ONE


def test_buying_more_averages_the_cost() -> None:
    position = held(("buy", 100, 10), ("buy", 300, 20))
    assert (position.quantity, position.cost, position.realised) == (400 * ONE, wide(7000), 0)
    assert average_cost(position) == 17 * ONE + ONE // 2


def test_selling_realises_against_the_average_and_leaves_it() -> None:
    position = held(("buy", 100, 10), ("buy", 100, 20), ("sell", 50, 30))
    assert (position.realised, position.cost, average_cost(position)) == (wide(750), wide(2250), 15 * ONE)


def test_a_short_position_earns_when_bought_back_lower() -> None:
    position = held(("sell", 100, 20), ("buy", 40, 15))
    assert (position.quantity, position.cost, position.realised) == (-60 * ONE, wide(-1200), wide(200))
    assert unrealised(position, 25 * ONE) == wide(-300)


def test_a_flip_closes_at_average_and_opens_at_its_own_price() -> None:
    position = held(("buy", 100, 10), ("sell", 150, 12))
    assert (position.quantity, position.cost, position.realised) == (-50 * ONE, wide(-600), wide(200))
    assert (position.bought, position.sold) == (100 * ONE, 150 * ONE)
    back = filled(position, "buy", 80 * ONE, 11 * ONE)
    assert (back.quantity, back.cost, back.realised) == (30 * ONE, wide(330), wide(250))


def test_a_flat_position_costs_nothing() -> None:
    position = held(("buy", 3, 10), ("buy", 4, 11), ("sell", 7, 13))
    assert (position.quantity, position.cost, position.realised) == (0, 0, wide(17))
    assert average_cost(position) is None


def naive(fills: list[tuple[str, int, int]]) -> tuple[Fraction, Fraction, Fraction]:
    """(quantity, average, realised) by textbook rules in exact fractions, one unit of account after the other."""
    quantity = average = realised = Fraction(0)
    for side, size, price in fills:
        left = Fraction(size)
        sign = 1 if side == "buy" else -1
        if quantity * sign < 0:
            closing = min(left, abs(quantity))
            realised += closing * (price - average) * (1 if quantity > 0 else -1)
            quantity += sign * closing
            left -= closing
        if left:
            average = (abs(quantity) * average + left * price) / (abs(quantity) + left) if quantity else Fraction(price)
            quantity += sign * left
    return quantity, average, realised


@given(fills_drawn)
def test_the_fold_is_the_naive_one_up_to_half_a_unit_a_fill(fills: list[tuple[str, int, int]]) -> None:
    position = Holding()
    for side, size, price in fills:
        position = filled(position, side, size, price)
    quantity, average, realised = naive(fills)
    assert position.quantity == quantity
    assert abs(position.realised - realised) <= len(fills)
    assert abs(position.cost - quantity * average) <= len(fills)
    if not quantity:
        assert position.cost == 0


@given(fills_drawn)
def test_cost_less_realised_is_exactly_the_cash_that_went_out(fills: list[tuple[str, int, int]]) -> None:
    position = Holding()
    for side, size, price in fills:
        position = filled(position, side, size, price)
    paid = sum(size * price * (1 if side == "buy" else -1) for side, size, price in fills)
    assert position.cost - position.realised == paid
    assert position.quantity == position.bought - position.sold


@given(fills_drawn, st.integers(1, 10**13))
def test_realised_and_unrealised_at_a_price_are_what_closing_there_would_leave(fills: list[tuple[str, int, int]], mark: int) -> None:
    position = Holding()
    for side, size, price in fills:
        position = filled(position, side, size, price)
    if not position.quantity:
        return
    closed = filled(position, "sell" if position.quantity > 0 else "buy", abs(position.quantity), mark)
    assert closed.realised == position.realised + unrealised(position, mark)
    assert (closed.quantity, closed.cost) == (0, 0)


def test_a_position_without_a_price_shows_none_instead_of_guessing() -> None:
    told = position_object("ACME-1", "IBM", held(("sell", 2, 10)), seq=7, time=0, mark=None)
    assert (told["quantity"], told["cost"], told["avg_cost"]) == ("-2", "-20", "10")
    assert [told[name] for name in ("mark_price", "marked_at", "unrealised_pnl", "market_value")] == [None] * 4
    told = position_object("ACME-1", "IBM", held(("sell", 2, 10)), seq=7, time=0, mark=Mark(9 * ONE + ONE // 2, 1))
    assert (told["mark_price"], told["unrealised_pnl"], told["market_value"]) == ("9.5", "1", "-19")
    assert told["marked_at"] == "1970-01-01T00:00:00.000001Z"


def test_wide_numbers_are_written_in_full_and_no_longer() -> None:
    assert [wide_text(value) for value in (0, 1, -1, 10**16, -15 * 10**15)] == [
        *("0", "0.0000000000000001", "-0.0000000000000001", "1", "-1.5"),
    ]
