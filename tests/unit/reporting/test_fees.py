"""Fees by schedule, tier and side; rounded to what the currency is paid in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.fees import NOTHING, Schedule, Tier, charge, holding, schedules_for, window_volume
from reporting.domain.minor_units import smallest

WIDE = 10**16
CENT = WIDE // 100
BP = 10_000
"""Units of 1e-8 of a basis point."""


def schedule(**changes: Any) -> Schedule:
    """5 bp to take, 2 bp rebate to make, 3 bp in an auction, of dollars."""
    values: dict[str, Any] = {
        "id": 1,
        "account": "",
        "symbols": frozenset(),
        "currency": "USD",
        "effective_from": 0,
        "tiers": (Tier(0, -2 * BP, 5 * BP, 3 * BP),),
    }
    return Schedule(**values | changes)


@pytest.mark.parametrize(("liquidity", "fee"), [("taker", 500), ("maker", -200), ("auction", 300), (None, 300)])
def test_who_takes_pays_and_who_makes_is_paid(liquidity: str | None, fee: int) -> None:
    assert charge(schedule(), "buy", liquidity, 10_000 * WIDE, 0).fee == fee * CENT


@pytest.mark.parametrize(("notional", "fee"), [(100, 5 * CENT), (10_000, 500 * CENT), (10**6, 1_000 * CENT), (1, CENT)])
def test_a_fee_has_a_least_and_a_most(notional: int, fee: int) -> None:
    bounded = schedule(minimum=CENT, maximum=1_000 * CENT)
    assert charge(bounded, "buy", "taker", notional * WIDE, 0).fee == fee


def test_a_rebate_knows_no_least() -> None:
    assert charge(schedule(minimum=CENT), "buy", "maker", 10_000 * WIDE, 0).fee == -200 * CENT


@pytest.mark.parametrize(("volume", "rate"), [(0, 5), (999_999, 5), (1_000_000, 4), (5_000_000, 3), (10**9, 3)])
def test_a_tier_holds_from_its_volume_on(volume: int, rate: int) -> None:
    tiers = tuple(Tier(start * WIDE, 0, bps * BP, 0) for start, bps in ((0, 5), (10**6, 4), (5 * 10**6, 3)))
    assert charge(schedule(tiers=tiers), "buy", "taker", WIDE, volume * WIDE).rate == rate * BP


@pytest.mark.parametrize(("of", "side", "tax"), [("buy", "buy", 50), ("buy", "sell", 0), ("both", "sell", 50), ("", "buy", 0)])
def test_a_tax_is_of_its_side(of: str, side: str, tax: int) -> None:
    assert charge(schedule(tax_rate=50 * BP, tax_side=of), side, "maker", 100 * WIDE, 0).tax == tax * CENT


def schedule_for(known: list[Schedule], account: str, symbol: str, currency: str, time: int) -> Schedule | None:
    return holding(schedules_for(known, account, symbol, currency), time)


def test_the_named_account_comes_before_the_named_instrument_before_all() -> None:
    every = schedule()
    group = schedule(id=2, symbols=frozenset({"IBM"}))
    named = schedule(id=3, account="ACME-1")
    both = schedule(id=4, account="ACME-1", symbols=frozenset({"IBM"}))
    found = [schedule_for(known, "ACME-1", "IBM", "USD", 9) for known in ([every], [every, group], [every, group, named], [both, named])]
    assert [one and one.id for one in found] == [1, 2, 3, 4]
    assert schedule_for([group, named], "ZEN-1", "BAC", "USD", 9) is None
    assert schedule_for([every], "ACME-1", "IBM", "EUR", 9) is None


def test_a_schedule_holds_for_what_is_filled_from_then_on() -> None:
    old, new = schedule(), schedule(id=2, effective_from=100)
    assert [schedule_for([old, new], "A", "IBM", "USD", time).id for time in (99, 100)] == [1, 2]  # type: ignore[union-attr]


def test_without_a_schedule_nothing_is_charged_and_that_is_told() -> None:
    assert charge(None, "buy", "taker", WIDE, 0) == NOTHING
    assert NOTHING.schedule is None


def test_the_window_is_the_thirty_days_before() -> None:
    days = {100: 7, 99: 1, 70: 2, 69: 4}
    assert window_volume(days, 100) == 3


@given(st.integers(0, 10**24), st.sampled_from(["USD", "JPY", "KWD"]))
def test_a_fee_can_be_paid_and_is_off_by_half_the_smallest_coin_at_most(notional: int, currency: str) -> None:
    unit = smallest(currency)
    fee = charge(schedule(currency=currency), "buy", "taker", notional, 0).fee
    assert fee % unit == 0
    assert abs(fee * 10**8 - notional * 5 * BP) * 2 <= unit * 10**8


@pytest.mark.parametrize(("notional", "cents"), [(10, 0), (30, 2), (50, 2), (70, 4)])
def test_half_a_cent_goes_to_the_even_one(notional: int, cents: int) -> None:
    assert charge(schedule(), "buy", "taker", notional * WIDE, 0).fee == cents * CENT
