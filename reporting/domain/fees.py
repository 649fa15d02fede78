"""Fees and taxes on fills: which schedule applies, which of its tiers, what it comes to. Pure.

Rates are integers of 1e-8 of the notional, amounts of 1e-16 of the currency. A charge is rounded half-even to what the currency is paid in.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from reporting.domain.minor_units import rounded
from schemas.enums import Liquidity

WINDOW = timedelta(days=30)
"""Over how many days before a fill's own a tier counts what the account traded."""
_MAKER, _TAKER = Liquidity.MAKER.value, Liquidity.TAKER.value


class Tier(NamedTuple):
    """Rates from a traded volume (1e-16 of the schedule's currency) on; below zero: a rebate. `other`: auctions, fills the desk booked."""

    volume: int
    maker: int
    taker: int
    other: int


class Schedule(NamedTuple):
    """What fills cost from a moment (microseconds) on. An empty `account` or no `symbols`: every one. It is never changed, only followed.

    `minimum` and `maximum` (None: none) bound the fee of a fill, and never touch a rebate or a rate of nothing. The tax is of one side,
    or of both ("both"), or there is none ("").
    """

    id: int
    account: str
    symbols: frozenset[str]
    currency: str
    effective_from: int
    tiers: tuple[Tier, ...]
    minimum: int = 0
    maximum: int | None = None
    tax_rate: int = 0
    tax_side: str = ""


class Charge(NamedTuple):
    """What a fill costs: by which schedule (None: there was none), at which rate."""

    schedule: int | None
    rate: int
    fee: int
    tax: int


NOTHING = Charge(None, 0, 0, 0)


def schedules_for(schedules: Iterable[Schedule], account: str, symbol: str, currency: str) -> list[Schedule]:
    """Those that may hold for an account's fills, the first to be asked first.

    Named account before named instruments before all; of equals the latest, of those the last written.
    """
    fitting = (
        one for one in schedules if one.currency == currency and one.account in ("", account) and (not one.symbols or symbol in one.symbols)
    )
    return sorted(fitting, key=lambda one: (bool(one.account), bool(one.symbols), one.effective_from, one.id), reverse=True)


def holding(schedules: Iterable[Schedule], time: int) -> Schedule | None:
    """The first of them that has begun: of `schedules_for` the one that holds for a fill."""
    for one in schedules:
        if one.effective_from <= time:
            return one
    return None


def tier_of(schedule: Schedule, volume: int) -> Tier:
    """The highest tier the volume reaches. A schedule's first tier begins at 0."""
    return [tier for tier in schedule.tiers if tier.volume <= volume][-1]


def charge(schedule: Schedule | None, side: str, liquidity: str | None, notional: int, volume: int) -> Charge:
    """What a fill of `notional` costs an account that traded `volume` in the window before."""
    if schedule is None:
        return NOTHING
    tier = tier_of(schedule, volume)
    rate = tier.maker if liquidity == _MAKER else tier.taker if liquidity == _TAKER else tier.other
    fee = rounded(notional * rate, schedule.currency)
    if rate > 0:
        fee = max(fee, schedule.minimum)
        fee = fee if schedule.maximum is None else min(fee, schedule.maximum)
    taxed = schedule.tax_side in (side, "both")
    return Charge(schedule.id, rate, fee, rounded(notional * schedule.tax_rate, schedule.currency) if taxed else 0)


def window_volume(days: Mapping[int, int], day: int) -> int:
    """What was traded in the window before a day: `days` by their number since the epoch. The day itself counts from the next on."""
    return sum(notional for one, notional in days.items() if day - WINDOW.days <= one < day)
