"""Delivery against payment by drawn parts, and netting: on every ledger account the same as all at once, one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.domain import ledger
from reporting.domain.ledger import AssetType, Deal, Kind, Place
from reporting.domain.minor_units import smallest
from reporting.domain.settlement.delivery import Terms, deliver
from reporting.domain.settlement.fold import Effect, Life, advised, entry
from reporting.domain.settlement.netting import net_id, netted
from reporting.domain.settlement.table import State
from schemas.units import ONE
from tests.unit.reporting.settlement.made import DUE, ON_TIME, advice, terms

QUANTITY, PRICE = st.integers(1, 10**12), st.integers(1, 10**12)
PARTS = st.lists(st.integers(1, 10**12), min_size=1, max_size=6)
CURRENCY = st.sampled_from(["USD", "JPY", "KWD"])


def deal_of(one: Terms) -> tuple[Deal, bool]:
    """What the ledger books of an obligation, and whether it takes back."""
    return Deal(one.account, one.symbol, one.currency, one.side, one.quantity, one.amount), one.offset_quantity < 0


def booked(one: Terms) -> ledger.Lines:
    """How it stands in the books before it moves."""
    deal, back = deal_of(one)
    if not back:
        return ledger.trade_lines(deal)
    return ledger.reversed_lines(ledger.trade_lines(deal._replace(side="sell" if deal.side == "buy" else "buy")))


def left(*lines: ledger.Lines) -> dict[Place, int]:
    return {place: amount for place, amount in ledger.balances(line for some in lines for line in some).items() if amount}


@st.composite
def obligations(draw: Any, currency: str = "USD") -> Terms:
    quantity, price, side, back = draw(QUANTITY), draw(PRICE), draw(st.sampled_from(["buy", "sell"])), draw(st.booleans())
    offsets = (-quantity, -quantity * price) if back else (0, 0)
    return Terms("ACME-1", "IBM", currency, side, quantity, quantity * price, DUE, *offsets)


@given(obligations())
def test_delivered_whole_it_is_what_the_ledger_calls_settled(one: Terms) -> None:
    deal, back = deal_of(one)
    assert left(deliver(one, 0, one.quantity, time=ON_TIME).lines) == left(ledger.settled_lines(deal, reversal=back))
    unsettled = {place for place in left(booked(one), deliver(one, 0, one.quantity, time=ON_TIME).lines) if place.kind != Kind.AVAILABLE}
    assert not unsettled


@given(CURRENCY.flatmap(obligations), PARTS)
def test_parts_move_both_legs_in_whole_minor_units_and_come_to_the_whole(one: Terms, parts: list[int]) -> None:
    settled, lines, unit = 0, [], smallest(one.currency)
    for part in parts:
        some = min(part, one.quantity - settled)
        if not some:
            break
        moved = deliver(one, settled, some, time=ON_TIME)
        settled += some
        assert ledger.sums(moved.lines) == {}
        assert settled == one.quantity or moved.amount % unit == 0
        assert abs(moved.amount * one.quantity - one.amount * some) <= 2 * unit * one.quantity, "proportional, but for rounding"
        lines.append(moved.lines)
    if settled < one.quantity:
        lines.append(deliver(one, settled, one.quantity - settled, time=ON_TIME).lines)
    assert left(*lines) == left(deliver(one, 0, one.quantity, time=ON_TIME).lines)


@given(st.lists(obligations(), min_size=1, max_size=8), st.integers(1, 9))
def test_a_net_instruction_moves_what_its_members_would_have(members: list[Terms], tenths: int) -> None:
    net = netted(members)
    assert net.quantity >= 0
    some = net.quantity * tenths // 10
    parts = [deliver(net, 0, some, time=ON_TIME).lines] if some else []
    parts.append(deliver(net, some, net.quantity - some, time=ON_TIME).lines)
    assert left(*parts) == left(*(deliver(one, 0, one.quantity, time=ON_TIME).lines for one in members))
    owed = left(*(booked(one) for one in members), *parts)
    assert {place.kind for place in owed} <= {Kind.AVAILABLE}


def test_bought_and_sold_the_same_leaves_only_cash_to_pay() -> None:
    net = netted([terms(), terms(side="sell", amount=19_000 * 10**16)])
    assert (net.side, net.quantity, net.amount) == ("buy", 0, -1_000 * 10**16), "a buyer of nothing who gets the difference"
    lines = deliver(net, 0, 0, time=ON_TIME).lines
    assert left(lines)[Place("ACME-1", Kind.AVAILABLE, AssetType.CURRENCY, "USD")] == 1_000 * 10**16
    assert advised(net, Life(State.MATCHED), advice("settled")).life.state == State.SETTLED


def test_a_trade_and_what_takes_it_back_net_to_nothing_at_all() -> None:
    net = netted([terms(), terms(side="sell", offset_quantity=-100 * ONE, offset_amount=-18_000 * 10**16)])
    assert (net.quantity, net.amount, net.offset_quantity, net.offset_amount) == (0, 0, 0, 0)


@pytest.mark.parametrize("other", [{"account": "ZEN-1"}, {"symbol": "BAC"}, {"currency": "EUR"}, {"due": DUE.replace(day=26)}])
def test_only_obligations_alike_are_netted(other: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="members"):
        netted([terms(), terms(**other)])
    with pytest.raises(ValueError, match="members"):
        netted([])


def test_a_net_instruction_is_named_after_its_members_in_whatever_order() -> None:
    assert net_id(DUE, ["B", "A"]) == net_id(DUE, ["A", "B"])
    assert net_id(DUE, ["A"]) != net_id(DUE, ["A", "B"])
    assert len(net_id(DUE, ["A"])) <= 36, "an entry is named after it"


@given(
    st.lists(
        st.tuples(st.sampled_from(["settled", "partial", "failed", "matched", "cancelled", "bought_in"]), st.integers(0, 120)), max_size=12
    )
)
def test_whatever_the_houses_say_nothing_moves_twice(words: list[tuple[str, int]]) -> None:
    life, lines = Life(), []
    for index, (status, quantity) in enumerate(words):
        outcome = advised(terms(), life, advice(status, quantity, id=str(index), price=200 * ONE if status == "bought_in" else None))
        assert (outcome.life == life) == (outcome.effect != Effect.APPLIED)
        if outcome.delivery is not None:
            made = entry("I1", terms(), index, outcome, ON_TIME)
            ledger.require_balanced(made)
            assert made.cause_id == f"I1/{outcome.life.deliveries}"
            lines.append(made.lines)
        life = outcome.life
    got = left(*lines).get(Place("ACME-1", Kind.AVAILABLE, AssetType.INSTRUMENT, "IBM"), 0)
    assert got == life.settled * ONE <= 100 * ONE * ONE
    assert (life.state == State.SETTLED) == (life.settled == 100 * ONE)
