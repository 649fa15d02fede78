"""Which limit binds: the tightest that applies at the moment, the narrowest on a tie; what lets more through."""

from itertools import combinations

import pytest

from risk.domain.dated import Dated
from risk.domain.limit_table import Limits, LimitTable
from risk.domain.limits import LIMIT_SCOPES, OPTIONAL, UNITS, Binding, Rule, limit_fault, loosens

NAMES = {"account": "ACME-1", "desk": "equities", "trader": "ann", "symbol": "IBM"}
KEYS = dict(zip(LIMIT_SCOPES, ("", "equities", "ACME-1", "ann", "IBM"), strict=True))


def table(values: dict[str, int], rule: str = "max_quantity") -> LimitTable:
    made = LimitTable()
    for scope, value in values.items():
        made.set(scope, KEYS[scope], rule, value)
    return made


@pytest.mark.parametrize("scope", LIMIT_SCOPES)
def test_the_tightest_binds_whosever_it_is(scope: str) -> None:
    made = table(dict.fromkeys(LIMIT_SCOPES, 50) | {scope: 20})
    assert made.of(**NAMES).max_quantity == 20
    assert made.binding(rule="max_quantity", **NAMES) == Binding(20, scope, KEYS[scope])


@pytest.mark.parametrize(("wider", "narrower"), list(combinations(LIMIT_SCOPES, 2)))
def test_on_a_tie_the_narrowest_binds(wider: str, narrower: str) -> None:
    assert table({wider: 20, narrower: 20}).binding(rule="max_quantity", **NAMES) == Binding(20, narrower, KEYS[narrower])


@pytest.mark.parametrize("scope", LIMIT_SCOPES[1:])
def test_a_limit_of_somebody_else_does_not_bind(scope: str) -> None:
    made = table({scope: 20})
    assert made.of(**(NAMES | {scope: "another"})).max_quantity is None
    assert made.of(**NAMES).max_quantity == 20


def test_of_windows_the_longest_binds() -> None:
    assert table({"firm": 10, "account": 20}, "repeat_window").of(**NAMES).repeat_window == 20
    assert table({"firm": 20, "account": 10}, "repeat_window").of(**NAMES).repeat_window == 20


def test_a_limit_holds_from_and_until_by_the_moment_asked_about() -> None:
    made = table({"firm": 50})
    made.set("account", "ACME-1", "max_quantity", 20, start=100, end=200, now=10)
    assert [made.of("ACME-1", at=at).max_quantity for at in (99, 100, 199, 200, 150, 50)] == [50, 20, 20, 50, 20, 50]


def test_after_a_loosening_that_ran_out_the_limit_before_it_holds_again() -> None:
    made = LimitTable()
    made.set("firm", "", "max_quantity", 50, now=1)
    made.set("firm", "", "max_quantity", 90, start=100, end=200, now=10)
    assert [made.of("A", at=at).max_quantity for at in (99, 150, 200)] == [50, 90, 50]
    made.set("firm", "", "max_quantity", 40, now=150)
    assert made.of("A", at=160).max_quantity == 40


def test_what_is_changed_at_once_leaves_what_was_laid_down_for_later() -> None:
    dated: Dated[int] = Dated()
    dated.set(10, None, None, 1)
    dated.set(30, 1_000, None, 2)
    dated.set(20, None, None, 5)
    assert [dated.at(at) for at in (3, 999, 1_000)] == [20, 20, 30]
    dated.set(None, None, None, 6)
    assert not dated
    assert dated.at(2_000) is None


def test_what_ran_out_is_forgotten_and_what_is_covered_as_well() -> None:
    dated: Dated[int] = Dated()
    for number in range(50):
        dated.set(number, None, None, number)
    assert len(dated.dump()) == 1
    dated.set(7, 100, 200, 60)
    dated.set(8, None, None, 70_000_000)
    assert len(dated.dump()) == 1


def test_a_table_is_restored_with_its_dates() -> None:
    made = table({"firm": 50, "symbol": 20})
    made.set("desk", "equities", "max_quantity", 10, start=100, end=200)
    again = LimitTable()
    again.restore(made.dump())
    assert again.dump() == made.dump()
    assert again.of(**NAMES, at=150) == made.of(**NAMES, at=150) == Limits(max_quantity=10)


def test_each_rule_has_a_unit_and_a_place_in_what_binds() -> None:
    assert Limits._fields == tuple(rule.value for rule in Rule)
    assert set(UNITS) == set(Rule) > OPTIONAL


@pytest.mark.parametrize(
    ("rule", "before", "after", "more"),
    [
        ("max_quantity", 10, 11, True),
        ("max_quantity", 10, 9, False),
        ("max_quantity", 10, 10, False),
        ("max_quantity", 10, None, True),
        ("max_quantity", None, 10, False),
        ("repeat_window", 10, 11, False),
        ("repeat_window", 10, 9, True),
    ],
)
def test_what_lets_more_through_is_a_loosening(rule, before, after, more) -> None:
    assert loosens(rule, before, after) is more


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        (("firm", "", "max_fun", 5), "rule"),
        (("floor", "x", "max_quantity", 5), "scope"),
        (("firm", "x", "max_quantity", 5), "key"),
        (("desk", "", "max_quantity", 5), "key"),
        (("firm", "", "max_quantity", 0), "value"),
        (("firm", "", "repeat_window", 61 * 10**8), "value"),
        (("symbol", "IBM", "disconnect_grace", 5 * 10**8), "scope"),
        (("firm", "", "disconnect_grace", 5 * 10**8 + 1), "value"),
        (("firm", "", "disconnect_grace", 3_601 * 10**8), "value"),
    ],
)
def test_a_limit_that_makes_no_sense_names_the_field(limit, field) -> None:
    assert limit_fault(*limit)[0] == field


def test_a_limit_that_makes_sense_has_no_fault() -> None:
    for scope, key in KEYS.items():
        assert limit_fault(scope, key, "max_quantity", 5) is None
        assert limit_fault(scope, key, "max_quantity", None) is None
