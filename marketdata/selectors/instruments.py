"""Reads of instruments, and the object REST shows of one."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from marketdata.domain.quality import DEFAULT_JUMP
from marketdata.domain.symbols import is_symbol
from marketdata.models import DepthSnapshot, Instrument
from oms_site.infra.rest import decimal_text
from schemas.enums import Phase

PERCENT = 1_000_000
"""Units of 1e-8 of a fraction in one percent."""


def jump_of(percent: Decimal | None) -> int:
    """How far an instrument's quotes may move at once, as a fraction in 1e-8, from what its row says."""
    return DEFAULT_JUMP if percent is None else int(percent * PERCENT)


def jumps_of(symbols: Iterable[str]) -> dict[str, int]:
    """`jump_of` for those of the symbols whose instrument says something of its own."""
    found = Instrument.objects.filter(symbol__in=list(symbols), jump__isnull=False).values_list("symbol", "jump")
    return {symbol: jump_of(percent) for symbol, percent in found}


def delistings_of(symbols: Iterable[str]) -> dict[str, bool]:
    """Whether each is delisted, of those of the symbols there is an instrument of. They may be any text."""
    return dict(Instrument.objects.filter(symbol__in=[text for text in symbols if is_symbol(text)]).values_list("symbol", "delisted"))


def decimals(step: Decimal) -> int:
    """How many decimals a multiple of `step` can have: 2 for 0.01, 0 for 1 or 100."""
    return max(0, -int(step.normalize().as_tuple().exponent))


def price_decimals() -> dict[str, int]:
    """How many decimals the prices of each instrument have, delisted ones too."""
    return {symbol: decimals(tick) for symbol, tick in Instrument.objects.values_list("symbol", "tick")}


def instruments_with_phase() -> QuerySet[Any]:
    """All instruments, each with its market's `phase` as last projected."""
    phase = Subquery(DepthSnapshot.objects.filter(symbol=OuterRef("symbol")).values("phase"))
    return Instrument.objects.annotate(phase=Coalesce(phase, Value(Phase.CONTINUOUS.value)))


def instrument_object(row: Any) -> dict[str, Any]:
    """A row of `instruments_with_phase` as REST shows it."""
    return {
        "symbol": row.symbol,
        "name": row.name,
        "mic": row.mic,
        "cfi": row.cfi,
        "currency": row.currency,
        "group": row.group,
        "tick": decimal_text(row.tick),
        "lot": decimal_text(row.lot),
        "max_quantity": decimal_text(row.max_quantity),
        "price_decimals": decimals(row.tick),
        "quantity_decimals": decimals(row.lot),
        "tradable": row.tradable,
        "listing": row.listing,
        "phase": row.phase,
    }


def instrument_groups(symbols: Iterable[str]) -> dict[str, str]:
    """The group of each of these instruments, empty for none."""
    return dict(Instrument.objects.filter(symbol__in=list(symbols)).values_list("symbol", "group"))


def symbols_of_group(group: str) -> list[str]:
    """The instruments that are in a group now, sorted."""
    return sorted(Instrument.objects.filter(group=group).values_list("symbol", flat=True))


def instruments_by_symbol(symbols: Iterable[str] | None = None) -> dict[str, Instrument]:
    """Instruments by symbol in the order of the symbol: those named, or all that are listed."""
    rows = Instrument.objects.order_by("symbol")
    return {row.symbol: row for row in (rows.filter(delisted=False) if symbols is None else rows.filter(symbol__in=symbols))}


def instrument_exists(symbol: str) -> bool:
    """Whether there is such an instrument; False for any text that cannot be a symbol."""
    return is_symbol(symbol) and Instrument.objects.filter(symbol=symbol).exists()


def tradable_symbols() -> list[str]:
    """Symbols that are open for trading, sorted."""
    return sorted(Instrument.objects.filter(tradable=True).values_list("symbol", flat=True))
