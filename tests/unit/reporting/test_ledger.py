"""Every kind of event posts lines that are zero in sum for each currency and instrument; what is taken back leaves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.domain import ledger
from reporting.domain.ledger import CLEARING, FIRM, AssetType, Cause, Deal, Entry, Kind, Line, Place, balances, sums
from schemas.units import ONE

USD = AssetType.CURRENCY, "USD"
IBM = AssetType.INSTRUMENT, "IBM"
AMOUNTS = st.integers(1, 10**24)
DEALS = st.builds(
    Deal, st.sampled_from(["A", "B"]), st.just("IBM"), st.just("USD"), st.sampled_from(["buy", "sell"]), st.integers(1, 10**18), AMOUNTS
)


def deal(side: str, quantity: int = 100, price: int = 181) -> Deal:
    return Deal("ACME-1", "IBM", "USD", side, quantity * ONE, quantity * price * ONE * ONE)


def told(lines: ledger.Lines) -> dict[tuple[str, str, str], int]:
    return {(place.owner, place.kind.value, place.asset): amount // ONE**2 for place, amount in lines}


def test_a_purchase_is_owed_and_owing_until_it_settles() -> None:
    assert told(ledger.trade_lines(deal("buy"))) == {
        ("ACME-1", "unsettled_receivable", "IBM"): 100,
        (CLEARING, "unsettled_payable", "IBM"): -100,
        ("ACME-1", "unsettled_payable", "USD"): -18_100,
        (CLEARING, "unsettled_receivable", "USD"): 18_100,
    }


def test_a_sale_is_the_mirror_of_a_purchase() -> None:
    assert told(ledger.trade_lines(deal("sell"))) == {
        ("ACME-1", "unsettled_receivable", "USD"): 18_100,
        (CLEARING, "unsettled_payable", "USD"): -18_100,
        ("ACME-1", "unsettled_payable", "IBM"): -100,
        (CLEARING, "unsettled_receivable", "IBM"): 100,
    }


@given(DEALS)
def test_both_sides_of_a_trade_leave_clearing_flat(one: Deal) -> None:
    other = one._replace(account="Z", side="sell" if one.side == "buy" else "buy")
    left = balances(ledger.trade_lines(one) + ledger.trade_lines(other))
    assert sums(Line(place, amount) for place, amount in left.items() if place.owner == CLEARING) == {}


@given(DEALS, st.integers(0, 10**18), AMOUNTS)
def test_settled_in_parts_everything_owed_has_become_available(one: Deal, quantity: int, amount: int) -> None:
    first = one._replace(quantity=min(quantity, one.quantity), amount=min(amount, one.amount))
    rest = one._replace(quantity=one.quantity - first.quantity, amount=one.amount - first.amount)
    left = balances(ledger.trade_lines(one) + ledger.settled_lines(first) + ledger.settled_lines(rest))
    assert {place.kind for place, held in left.items() if held} == {Kind.AVAILABLE}
    sign = 1 if one.side == "buy" else -1
    assert left[Place(one.account, Kind.AVAILABLE, *IBM)] == sign * one.quantity * ONE
    assert left[Place(one.account, Kind.AVAILABLE, *USD)] == -sign * one.amount


@given(DEALS)
def test_a_bust_after_settlement_settles_back_to_nothing(one: Deal) -> None:
    traded, back = ledger.trade_lines(one), one._replace(side="sell" if one.side == "buy" else "buy")
    lines = traded + ledger.settled_lines(one) + ledger.reversed_lines(traded) + ledger.settled_lines(back, reversal=True)
    assert not any(balances(lines).values())


@given(DEALS, st.integers(-(10**20), 10**20), st.integers(0, 10**20), st.integers(-(10**24), 10**24))
def test_whatever_happens_sums_to_zero(one: Deal, fee: int, tax: int, brought: int) -> None:
    for lines in (
        ledger.trade_lines(one),
        ledger.settled_lines(one),
        ledger.settled_lines(one, reversal=True),
        ledger.fee_lines("A", "USD", fee, tax),
        ledger.deposit_lines("A", *USD, brought),
        ledger.reversed_lines(ledger.trade_lines(one)),
    ):
        assert sums(lines) == {}
        assert all(amount for _, amount in lines)


def test_a_deposit_is_owed_to_the_owner_by_the_house() -> None:
    assert told(ledger.deposit_lines("ACME-1", *USD, 5 * ONE * ONE)) == {("ACME-1", "available", "USD"): 5, (FIRM, "house", "USD"): -5}


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Line(Place("A", Kind.AVAILABLE, *USD), 1),),
        (Line(Place("A", Kind.AVAILABLE, *USD), 1), Line(Place("B", Kind.AVAILABLE, *IBM), -1)),
        (Line(Place("A", Kind.AVAILABLE, *USD), 0), Line(Place("B", Kind.AVAILABLE, *USD), 0)),
    ],
)
def test_what_does_not_balance_is_refused(lines: ledger.Lines) -> None:
    with pytest.raises(ledger.Unbalanced):
        ledger.require_balanced(Entry(1, Cause.TRADE, "X", "A", "IBM", "", "", 0, lines))
