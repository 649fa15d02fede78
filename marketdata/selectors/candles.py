"""Reads of candles, and the object REST and the stream show of one."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Context, Decimal, Inexact
from typing import Any

from django.db.models import QuerySet

from marketdata.domain.candles import INTERVALS
from marketdata.models import Candle, PrintTape
from marketdata.selectors.instruments import instruments_known
from oms_site.infra.rest import decimal_text, timestamp
from schemas.units import NOTIONAL_SCALE, SCALE, average_price, to_units

_EXACT = Context(prec=60, traps=[Inexact])


def candles_list(symbol: str, interval: str, *, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Candle]:
    """The candles of a symbol that start at or after `since` and before `until`."""
    found = Candle.objects.filter(symbol=symbol, interval=interval)
    if since is not None:
        found = found.filter(start__gte=since)
    if until is not None:
        found = found.filter(start__lt=until)
    return found


def last_closes(symbols: Collection[str], before: datetime) -> dict[str, int]:
    """The close of each symbol's last day that began before a moment, in 1e-8; without those that have none. One query."""
    rows = Candle.objects.filter(symbol__in=symbols, interval="1d", start__lt=before).order_by("symbol", "-start").distinct("symbol")
    return {symbol: to_units(close) for symbol, close in rows.values_list("symbol", "close")}


def vwap(turnover: Decimal, volume: Decimal) -> Decimal | None:
    """Average price by volume to 8 decimals, half-even; None while there is no volume."""
    return average_price(int(turnover.scaleb(NOTIONAL_SCALE, _EXACT)), int(volume.scaleb(SCALE, _EXACT)))


def candle_object(row: Candle) -> dict[str, Any]:
    """A candle as REST and the stream show it."""
    return {
        "symbol": row.symbol,
        "interval": row.interval,
        "start": timestamp(row.start),
        "open": decimal_text(row.open),
        "high": decimal_text(row.high),
        "low": decimal_text(row.low),
        "close": decimal_text(row.close),
        "volume": decimal_text(row.volume),
        "vwap": decimal_text(vwap(row.turnover, row.volume)),
        "trades": row.trades,
        "version": row.version,
        "updated_at": timestamp(row.updated_at),
    }


def candle_key(symbol: str, interval: str) -> str:
    """The key of the stream's channel `candles`."""
    return f"{symbol}:{interval}"


def candle_keys_known(keys: Collection[str]) -> frozenset[str]:
    """Those that name an instrument and an interval. One query."""
    asked = {key: symbol for key in keys for symbol, _, interval in [key.rpartition(":")] if interval in INTERVALS}
    known = instruments_known(asked.values())
    return frozenset(key for key, symbol in asked.items() if symbol in known)


def candle_snapshots(keys: Collection[str]) -> dict[str, tuple[int, dict[str, Any] | None]]:
    """Sequence and newest candle of each key; (0, None) before the first print. The candle may be newer than the sequence, never older."""
    seqs = candle_heads(keys)
    rows = {key: candles_list(symbol, interval).order_by("-start").first() for key in keys for symbol, _, interval in [key.rpartition(":")]}
    return {key: (seqs.get(key, 0), None if row is None else candle_object(row)) for key, row in rows.items()}


def candle_heads(keys: Collection[str]) -> Mapping[str, int]:
    """Newest sequence by key: it is one for all intervals of a symbol."""
    symbols = {key: key.rpartition(":")[0] for key in keys}
    seqs = dict(PrintTape.objects.filter(symbol__in=set(symbols.values())).values_list("symbol", "seq"))
    return {key: seqs[symbol] for key, symbol in symbols.items() if symbol in seqs}
