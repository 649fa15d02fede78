"""Reads of instruments, quotes and depth, and the objects REST and the stream show of them. Without `now`, ages are as of the call."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from marketdata.domain.quality import STALE_AFTER
from marketdata.domain.symbols import is_symbol
from marketdata.models import DepthSnapshot, FeedClaim, Instrument, LatestQuote
from oms_site.infra.rest import decimal_text, timestamp
from schemas.enums import Phase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DEPTH = 100
"""Price levels a side that are kept and shown at most."""


class GoodQuote(NamedTuple):
    """The newest quote of good quality, and when the broker got it: what marks and reference prices may be made of."""

    bid: Decimal
    ask: Decimal
    received_at: datetime

    @property
    def mid(self) -> Decimal:
        """The middle of bid and ask."""
        return (self.bid + self.ask) / 2


def _age_ms(since: datetime, now: datetime) -> int:
    return max(0, (now - since) // timedelta(milliseconds=1))


def decimals(step: Decimal) -> int:
    """How many decimals a multiple of `step` can have: 2 for 0.01, 0 for 1 or 100."""
    return max(0, -int(step.normalize().as_tuple().exponent))


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
        "tick": decimal_text(row.tick),
        "lot": decimal_text(row.lot),
        "max_quantity": decimal_text(row.max_quantity),
        "price_decimals": decimals(row.tick),
        "quantity_decimals": decimals(row.lot),
        "tradable": row.tradable,
        "phase": row.phase,
    }


def quote_object(row: LatestQuote, now: datetime) -> dict[str, Any]:
    """A quote as REST and the stream show it. `stale` says that it is too old to speak of the present."""
    return {
        "symbol": row.symbol,
        "bid": decimal_text(row.bid),
        "ask": decimal_text(row.ask),
        "bid_size": decimal_text(row.bid_size),
        "ask_size": decimal_text(row.ask_size),
        "last": decimal_text(row.last),
        "last_size": decimal_text(row.last_size),
        "event": row.event,
        "quality": row.quality,
        "source": row.source,
        "seq": row.seq,
        "time": timestamp(row.time),
        "received_at": timestamp(row.received_at),
        "age_ms": _age_ms(row.received_at, now),
        "stale": now - row.received_at > timedelta(microseconds=STALE_AFTER),
    }


def book_object(row: DepthSnapshot, now: datetime, depth: int = DEPTH) -> dict[str, Any]:
    """The best `depth` levels a side, `[price, quantity, orders]`, best first."""
    return {
        "symbol": row.symbol,
        "seq": row.seq,
        "bids": row.bids[:depth],
        "asks": row.asks[:depth],
        "last": decimal_text(row.last),
        "time": timestamp(row.updated_at),
        "age_ms": _age_ms(row.updated_at, now),
        "phase": row.phase,
        "auction": row.auction or None,
        "phase_since": timestamp(row.phase_since),
        "trade_date": None if row.trade_date is None else row.trade_date.isoformat(),
        "indicative_price": decimal_text(row.indicative_price),
        "indicative_quantity": decimal_text(row.indicative_quantity),
        "imbalance": decimal_text(row.imbalance),
    }


def _empty_book(symbol: str) -> dict[str, Any]:
    told = ("last", "time", "age_ms", "auction", "phase_since", "trade_date", "indicative_price", "indicative_quantity", "imbalance")
    return {"symbol": symbol, "seq": 0, "bids": [], "asks": [], "phase": Phase.CONTINUOUS.value, **dict.fromkeys(told)}


def instruments_by_symbol(symbols: Iterable[str] | None = None) -> dict[str, Instrument]:
    """Instruments by symbol, all of them unless `symbols` are named, in the order of the symbol."""
    rows = Instrument.objects.order_by("symbol")
    return {row.symbol: row for row in (rows if symbols is None else rows.filter(symbol__in=symbols))}


def instrument_exists(symbol: str) -> bool:
    """Whether there is such an instrument; False for any text that cannot be a symbol."""
    return is_symbol(symbol) and Instrument.objects.filter(symbol=symbol).exists()


def quotes_snapshot(symbols: Iterable[str] | None = None, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """The newest quote of each symbol that has one, in the order of the symbol."""
    rows = LatestQuote.objects.order_by("symbol")
    now = now or timezone.now()
    return [quote_object(row, now) for row in (rows if symbols is None else rows.filter(symbol__in=symbols))]


def quote_snapshot(symbol: str, *, now: datetime | None = None) -> dict[str, Any] | None:
    """The symbol's newest quote, None before the first."""
    row = LatestQuote.objects.filter(symbol=symbol).first() if is_symbol(symbol) else None
    return None if row is None else quote_object(row, now or timezone.now())


def book_snapshot(symbol: str, *, now: datetime | None = None, depth: int = DEPTH) -> dict[str, Any]:
    """The symbol's depth; empty with sequence 0 before its first change."""
    row = DepthSnapshot.objects.filter(symbol=symbol).first()
    return _empty_book(symbol) if row is None else book_object(row, now or timezone.now(), depth)


def _good(row: LatestQuote) -> GoodQuote | None:
    if row.good_bid is None or row.good_ask is None or row.good_received_at is None:
        return None
    return GoodQuote(row.good_bid, row.good_ask, row.good_received_at)


def latest_good_quote(symbol: str) -> GoodQuote | None:
    """The symbol's newest quote of good quality, however old; None when there never was one."""
    row = LatestQuote.objects.filter(symbol=symbol).first()
    return None if row is None else _good(row)


def latest_good_quotes(symbols: Iterable[str] | None = None) -> Mapping[str, GoodQuote]:
    """`latest_good_quote` for many symbols in one query; those without one are left out."""
    rows = LatestQuote.objects.all() if symbols is None else LatestQuote.objects.filter(symbol__in=symbols)
    return {row.symbol: good for row in rows if (good := _good(row)) is not None}


def claimed_symbols(now: datetime) -> frozenset[str]:
    """Symbols another feed has claimed: the synthetic market is silent for them."""
    return frozenset(FeedClaim.objects.filter(until__gt=now).values_list("symbol", flat=True))


def living_claims(symbols: Iterable[str], *, holder: str, now: datetime) -> list[FeedClaim]:
    """Claims on these symbols that another feed than `holder` still renews."""
    others = FeedClaim.objects.filter(symbol__in=list(symbols), until__gt=now, finished=False)
    return list(others.filter(~Q(holder=holder)).order_by("symbol"))


def to_microseconds(moment: datetime) -> int:
    """A time as microseconds since the epoch, exact."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """Microseconds since the epoch as a time in UTC, exact."""
    return _EPOCH + timedelta(microseconds=value)
