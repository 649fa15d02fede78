"""Grants: what covers an order, what is wider than what, and the text that carries them through the log."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.domain.entitlements import SIDES, TYPES, Grant, GrantsInvalid, gap, grants_read, grants_text, widens

ALL = Grant("ACME-1")
BUYS = Grant("ACME-1", frozenset({"buy"}))
LIMITS = Grant("ACME-1", frozenset(), frozenset({"limit"}))
FX = Grant("ACME-1", group="FX")


@pytest.mark.parametrize(
    ("grants", "order", "missing"),
    [
        ([], ("ACME-1", "buy", "limit", ""), "account"),
        ([ALL], ("ZEN-1", "buy", "limit", ""), "account"),
        ([ALL], ("ACME-1", "sell", "market", "EQUITY"), None),
        ([BUYS], ("ACME-1", "buy", "market", "FX"), None),
        ([BUYS], ("ACME-1", "sell", "market", "FX"), "side"),
        ([LIMITS], ("ACME-1", "sell", "market", "FX"), "type"),
        ([FX], ("ACME-1", "sell", "market", "FX"), None),
        ([FX], ("ACME-1", "sell", "market", "EQUITY"), "symbol"),
        ([FX], ("ACME-1", "sell", "market", ""), "symbol"),
        ([BUYS, FX], ("ACME-1", "sell", "market", "EQUITY"), "symbol"),
        ([BUYS, LIMITS], ("ACME-1", "sell", "market", "FX"), "type"),
        ([BUYS, LIMITS], ("ACME-1", "sell", "limit", "FX"), None),
    ],
)
def test_an_order_needs_one_grant_that_covers_all_of_it(grants, order, missing) -> None:
    assert gap(grants, *order) == missing


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        ([], [ALL], True),
        ([ALL], [], False),
        ([ALL], [BUYS, LIMITS, FX], False),
        ([BUYS], [ALL], True),
        ([BUYS, Grant("ACME-1", frozenset({"sell"}))], [ALL], False),
        ([FX], [ALL], True),
        ([FX], [Grant("ACME-1", group="EQUITY")], True),
        ([LIMITS], [Grant("ACME-1", frozenset(), frozenset({"limit", "stop"}))], True),
        ([ALL], [Grant("ZEN-1", frozenset({"buy"}))], True),
    ],
)
def test_wider_is_what_allows_an_order_that_was_not_allowed(before, after, wider) -> None:
    assert widens(before, after) == wider


_grants = st.lists(
    st.builds(
        Grant,
        st.sampled_from(["ACME-1", "ZEN-1"]),
        st.frozensets(st.sampled_from(sorted(SIDES))),
        st.frozensets(st.sampled_from(sorted(TYPES))),
        st.sampled_from(["", "FX", "EQUITY"]),
    ),
    max_size=4,
)


@given(_grants, _grants)
def test_wider_agrees_with_trying_every_order(before, after) -> None:
    orders = product(["ACME-1", "ZEN-1"], sorted(SIDES), sorted(TYPES), ["", "FX", "EQUITY", "another"])
    assert widens(before, after) == any(gap(after, *order) is None and gap(before, *order) is not None for order in orders)


@given(_grants)
def test_grants_come_back_from_their_text_and_the_same_grants_give_the_same_text(grants) -> None:
    text = grants_text(grants)
    assert set(grants_read(text)) == set(grants)
    assert grants_text(reversed(grants)) == text


ROW = {"account": "A", "sides": [], "types": [], "group": ""}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[1]", "null"),
        *(json.dumps([ROW | wrong]) for wrong in ({"account": ""}, {"account": 1}, {"sides": ["hold"]}, {"sides": None}, {"types": [[]]})),
        json.dumps([{"account": "A"}]),
    ],
)
def test_a_text_that_is_no_list_of_grants_is_refused(text) -> None:
    with pytest.raises(GrantsInvalid):
        grants_read(text)
