"""Payloads have one text each, kinds one name each, and a kind that reverts says how long it lasts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from oms_site.infra.approvals.kinds import KINDS, Kind, Told, canonical, register
from oms_site.infra.approvals.states import NEXT, TOLD, State

KIND = Kind(
    name="unheard-of",
    words="something",
    may_request=frozenset({"risk"}),
    may_approve=frozenset({"risk"}),
    describe=lambda _: Told("", {}, ()),
    carry_out=lambda _: "",
)


def test_equal_payloads_have_equal_texts() -> None:
    one = {"b": [1, "x", None, True], "a": {"d": 2**80, "c": "é"}}
    other = {"a": {"c": "é", "d": 2**80}, "b": [1, "x", None, True]}
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1}, {"a": "1"}), ({"a": 1}, {"a": True}), ({"a": None}, {}), ({"a": [1, 2]}, {"a": [2, 1]}), ({"a": 0}, {"a": False})],
)
def test_different_payloads_have_different_texts(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("value", [0.1, Decimal(1), b"x", {1: "x"}, [1.5], {"a": {"b": float("nan")}}, object()])
def test_what_is_not_exact_has_no_place_in_a_payload(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value})


def test_a_name_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, KIND.name, KIND)
    register(KIND)
    with pytest.raises(ValueError, match="two kinds"):
        register(replace(KIND, words="something else"))


def test_what_reverts_says_how_long_it_may_last() -> None:
    for wrong in ({"revert": lambda _: ""}, {"lasts": timedelta(hours=1)}):
        with pytest.raises(ValueError, match="how long"):
            replace(KIND, **wrong)


def test_the_table_of_states_is_whole_and_every_state_has_its_audit_entry() -> None:
    assert set(NEXT) == set(TOLD) == set(State)
    assert {state for state in State if not NEXT[state]} == {State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.REVERTED}
    reached = {State.REQUESTED}.union(*NEXT.values())
    assert reached == set(State)
