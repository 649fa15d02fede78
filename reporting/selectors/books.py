"""Reads of the books: schedules, what was traded, entries, balances, the proof."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from marketdata import selectors as market_selectors
from marketdata.models import Instrument
from reporting.domain.books import Volumes
from reporting.domain.fees import Schedule, Tier
from reporting.domain.objects import wide_units
from reporting.models import FeeSchedule, TradedDay

_EPOCH = date(1970, 1, 1)
_RATE = 10_000
"""Units of 1e-8 in a basis point."""


def fee_schedules() -> list[Schedule]:
    """All there are, whenever they hold."""
    return [schedule_read(row) for row in FeeSchedule.objects.order_by("id")]


def schedule_read(row: FeeSchedule) -> Schedule:
    """A row as fees are reckoned by it."""
    return Schedule(
        row.pk,
        row.account,
        frozenset(row.symbols),
        row.currency,
        market_selectors.to_microseconds(row.effective_from.astimezone(UTC)),
        tuple(tier_read(tier) for tier in row.tiers),
        wide_units(row.minimum),
        None if row.maximum is None else wide_units(row.maximum),
        int(row.tax_bps * _RATE),
        row.tax_side,
    )


def tier_read(told: dict[str, str]) -> Tier:
    """A tier as a schedule keeps it: decimal text; rates in basis points."""
    rates = (int(Decimal(told[name]) * _RATE) for name in ("maker", "taker", "other"))
    return Tier(wide_units(Decimal(told["from"])), *rates)


def schedule_held(account: str, symbols: Collection[str], currency: str, moment: datetime) -> FeeSchedule | None:
    """The schedule of exactly this account and these instruments that holds at a moment."""
    rows = FeeSchedule.objects.filter(account=account, currency=currency, effective_from__lte=moment).order_by("-effective_from", "-id")
    return next((row for row in rows if set(row.symbols) == set(symbols)), None)


def traded_volumes(accounts: Collection[str], first: int, last: int) -> Volumes:
    """What accounts traded by currency, on days from `first` to `last` (numbers since the epoch)."""
    days = (_EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last))
    rows = TradedDay.objects.filter(account__in=accounts, day__range=days).values_list("account", "currency", "day").order_by()
    found: Volumes = {}
    for account, currency, day, notional in rows.annotate(total=Sum("notional")):
        found.setdefault((account, currency), {})[(day - _EPOCH).days] = wide_units(notional)
    return found


def currencies(symbols: Iterable[str]) -> dict[str, str]:
    """The currency each instrument is paid in."""
    return {symbol: row.currency for symbol, row in market_selectors.instruments_by_symbol(symbols).items()}


def all_currencies() -> dict[str, str]:
    """The currency of every instrument there is or was."""
    return dict(Instrument.objects.values_list("symbol", "currency"))
