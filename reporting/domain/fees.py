"""Fees and taxes on fills: which schedule applies, which of its tiers, what it comes to. Pure.

Rates are integers of 1e-8 of the notional, amounts of 1e-16 of the currency. A charge is rounded half-even to what the currency is paid in.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from schemas.enums import Liquidity
from schemas.units import ONE

WINDOW = timedelta(days=30)
"""Over how many days before a fill's own a tier counts what the account traded."""
_DIGITS = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
"""ISO 4217 minor units that are not 2."""
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


def schedule_for(schedules: Iterable[Schedule], account: str, symbol: str, currency: str, time: int) -> Schedule | None:
    """The one that holds for a fill: named account before named instruments before all; of equals the latest, of those the last written."""
    fitting = (
        one
        for one in schedules
        if one.currency == currency
        and one.effective_from <= time
        and one.account in ("", account)
        and (not one.symbols or symbol in one.symbols)
    )
    return max(fitting, key=lambda one: (bool(one.account), bool(one.symbols), one.effective_from, one.id), default=None)


def tier_of(schedule: Schedule, volume: int) -> Tier:
    """The highest tier the volume reaches. A schedule's first tier begins at 0."""
    return [tier for tier in schedule.tiers if tier.volume <= volume][-1]


def charge(schedule: Schedule | None, side: str, liquidity: str | None, notional: int, volume: int) -> Charge:
    """What a fill of `notional` costs an account that traded `volume` in the window before."""
    if schedule is None:
        return NOTHING
    tier = tier_of(schedule, volume)
    rate = tier.maker if liquidity == _MAKER else tier.taker if liquidity == _TAKER else tier.other
    fee = _rounded(notional * rate, schedule.currency)
    if rate > 0:
        fee = max(fee, schedule.minimum)
        fee = fee if schedule.maximum is None else min(fee, schedule.maximum)
    taxed = schedule.tax_side in (side, "both")
    return Charge(schedule.id, rate, fee, _rounded(notional * schedule.tax_rate, schedule.currency) if taxed else 0)


def window_volume(days: Mapping[int, int], day: int) -> int:
    """What was traded in the window before a day: `days` by their number since the epoch. The day itself counts from the next on."""
    return sum(days.get(day - back, 0) for back in range(1, WINDOW.days + 1))


def smallest(currency: str) -> int:
    """The smallest amount a currency is paid in, in 1e-16."""
    return int(10 ** (16 - _DIGITS.get(currency, 2)))


def _rounded(raw: int, currency: str) -> int:
    """An amount of 1e-24 to what the currency is paid in, half to even."""
    unit = smallest(currency) * ONE
    whole, rest = divmod(raw, unit)
    return (whole + (2 * rest > unit or (2 * rest == unit and whole % 2 == 1))) * (unit // ONE)
