"""Reads of depth and the market's phase, and the object REST and the stream show of them. Without `now`, ages are as of the call."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from marketdata.models import DepthSnapshot
from marketdata.selectors.times import age_ms
from oms_site.infra.rest import decimal_text, timestamp
from schemas.enums import Phase

DEPTH = 100
"""Price levels a side that are kept and shown at most."""


def book_object(row: DepthSnapshot, now: datetime, depth: int = DEPTH) -> dict[str, Any]:
    """The best `depth` levels a side, `[price, quantity, orders]`, best first."""
    return {
        "symbol": row.symbol,
        "seq": row.seq,
        "bids": row.bids[:depth],
        "asks": row.asks[:depth],
        "last": decimal_text(row.last),
        "time": timestamp(row.updated_at),
        "age_ms": age_ms(row.updated_at, now),
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


def book_snapshots(symbols: Collection[str], *, now: datetime | None = None, depth: int = DEPTH) -> dict[str, dict[str, Any]]:
    """The depth of each symbol; empty with sequence 0 before its first change. One query."""
    now = now or timezone.now()
    rows = {row.symbol: book_object(row, now, depth) for row in DepthSnapshot.objects.filter(symbol__in=symbols)}
    return {symbol: rows.get(symbol) or _empty_book(symbol) for symbol in symbols}


def symbols_with_book() -> frozenset[str]:
    """Markets whose book has been told: matching knows them."""
    return frozenset(DepthSnapshot.objects.values_list("symbol", flat=True))


def book_snapshot(symbol: str, *, now: datetime | None = None, depth: int = DEPTH) -> dict[str, Any]:
    """The symbol's depth; empty with sequence 0 before its first change."""
    return book_snapshots([symbol], now=now, depth=depth)[symbol]
