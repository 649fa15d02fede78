"""Cancel on disconnect as a rule: whose loss begins to count, for which orders, how long, and who is back."""

import pytest

from orders.domain.disconnect import NEVER, Due, is_back, losses

SESSION = Due("", True, 5)


@pytest.mark.parametrize(
    ("lost", "left", "begins"),
    [
        ([5], [], [SESSION]),
        ([5, 20], [], [SESSION]),
        ([5], [None], [SESSION]),
        ([5], [NEVER], [SESSION]),
        ([5], [30], []),
        ([5], [None, 30], []),
        ([None], [], []),
        ([NEVER], [], []),
        ([], [], []),
    ],
)
def test_the_last_socket_that_asked_counts(lost, left, begins) -> None:
    assert losses(lost, left, None, {}) == begins


@pytest.mark.parametrize(("lost", "left", "begins"), [([None], [], True), ([NEVER], [], True), ([None], [None], False), ([], [], False)])
def test_a_limit_counts_the_last_socket_whatever_it_said(lost, left, begins) -> None:
    assert losses(lost, left, 10, {}) == ([Due("", False, 10)] if begins else [])


def test_a_tighter_limit_of_an_account_is_about_its_orders_alone() -> None:
    assert losses([None], [], 10, {"ACME-1": 3, "ZEN-1": 10}) == [Due("", False, 10), Due("ACME-1", False, 3)]
    assert losses([None], [], None, {"ACME-1": 3}) == [Due("ACME-1", False, 3)]


def test_what_the_session_asked_for_and_what_a_limit_wants_both_count() -> None:
    assert losses([5], [], 10, {}) == [SESSION, Due("", False, 10)]


@pytest.mark.parametrize(
    ("asked", "says", "back"),
    [(True, 5, True), (True, NEVER, True), (True, None, False), (False, None, True), (False, 5, True), (False, NEVER, True)],
)
def test_who_had_asked_is_back_with_a_socket_that_says_something_about_it(asked, says, back) -> None:
    assert is_back(asked, says) is back
