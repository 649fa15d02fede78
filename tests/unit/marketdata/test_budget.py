"""No more commands a second than the budget, a second's worth saved up."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.budget import SECOND, Budget


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(0, SECOND), st.integers(1, 8)), max_size=60))
def test_over_any_time_no_more_than_the_rate_a_seconds_worth_and_one_symbols_commands(rate, asked):
    budget, now, sent = Budget(rate), SECOND, 0
    budget.open(now)
    for later, commands in asked:
        now += later
        if budget.open(now):
            budget.spend(commands)
            sent += commands
    assert sent * SECOND <= rate * (now - SECOND) + rate * SECOND + 8 * SECOND


def test_what_was_overdrawn_is_waited_for():
    budget = Budget(10)
    budget.open(SECOND)
    budget.spend(15)
    assert not budget.open(SECOND + SECOND // 2)
    assert budget.open(SECOND + SECOND // 2 + 1)


def test_a_clock_that_is_set_back_saves_nothing_up():
    budget = Budget(1)
    budget.open(10 * SECOND)
    budget.spend(1)
    assert not budget.open(SECOND)
    assert budget.open(2 * SECOND)
