"""Reads of instruments, and the object REST shows of one."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from marketdata.domain.quality import DEFAULT_JUMP
from marketdata.domain.symbols import is_symbol
from marketdata.models import DepthSnapshot, Instrument
from marketdata.selectors.calendars import session_days_by
from oms_site.infra.rest import decimal_text
from schemas.enums import Phase

PERCENT = 1_000_000
"""Units of 1e-8 of a fraction in one percent."""


def jump_of(percent: Decimal | None) -> int:
    """How far an instrument's quotes may move at once, as a fraction in 1e-8, from what its row says."""
    return DEFAULT_JUMP if percent is None else int(percent * PERCENT)


class Listed(NamedTuple):
    """What the market projection asks about the instruments of a batch's symbols: who is delisted and who is not, how far quotes may jump
    (`jump_of`; those that say something of their own), and the business date of a print (a symbol, microseconds).
    """

    delisted: dict[str, bool]
    jumps: dict[str, int]
    day_of: Callable[[str, int], date]


_LISTED = """
SELECT instrument.symbol, instrument.delisted, instrument.jump, calendar.code, calendar.digest
FROM marketdata_instrument AS instrument LEFT JOIN marketdata_tradingcalendar AS calendar ON calendar.code = instrument.calendar_id
WHERE instrument.symbol = ANY(%s::text[])
"""
"""Written out: with every batch of the market, four times a second."""


def listed_of(symbols: Iterable[str]) -> Listed:
    """Of those of the symbols there is an instrument of, in one query. They may be any text."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [[text for text in symbols if is_symbol(text)]])
        rows = cursor.fetchall()
    return Listed(
        {symbol: delisted for symbol, delisted, *_ in rows},
        {symbol: jump_of(jump) for symbol, _, jump, *_ in rows if jump is not None},
        session_days_by({symbol: (code, digest) for symbol, _, _, code, digest in rows if code is not None}),
    )


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


def instruments_known(symbols: Iterable[str]) -> frozenset[str]:
    """Those that are instruments; any text that cannot be a symbol is none. One query."""
    asked = set(filter(is_symbol, symbols))
    return frozenset(Instrument.objects.filter(symbol__in=asked).values_list("symbol", flat=True))


def instrument_exists(symbol: str) -> bool:
    """Whether there is such an instrument; False for any text that cannot be a symbol."""
    return symbol in instruments_known([symbol])


def tradable_symbols() -> list[str]:
    """Symbols that are open for trading, sorted."""
    return sorted(Instrument.objects.filter(tradable=True).values_list("symbol", flat=True))
