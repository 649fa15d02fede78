"""Reads of quotes, and the object REST and the stream show of one. Without `now`, ages are as of the call."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from marketdata.domain.quality import STALE_AFTER
from marketdata.domain.symbols import is_symbol
from marketdata.models import LatestQuote
from marketdata.selectors.statistics import Session, sessions_of, statistics_object
from marketdata.selectors.times import age_ms, to_microseconds
from oms_site.infra.rest import decimal_text, timestamp


class GoodQuote(NamedTuple):
    """The newest quote of good quality, when the broker got it, and from which feed: what marks and reference prices may be made of."""

    bid: Decimal
    ask: Decimal
    received_at: datetime
    source: str = ""

    @property
    def mid(self) -> Decimal:
        """The middle of bid and ask."""
        return (self.bid + self.ask) / 2


def quote_object(row: LatestQuote, session: Session, now: datetime) -> dict[str, Any]:
    """A quote as REST and the stream show it, with its session's statistics. `stale` says that it is too old to speak of the present."""
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
        "age_ms": age_ms(row.received_at, now),
        "stale": now - row.received_at > timedelta(microseconds=STALE_AFTER),
        **statistics_object(session),
    }


def sessions_of_quotes(rows: Iterable[LatestQuote]) -> Mapping[str, Session]:
    """The session each symbol's newest quote is of."""
    return sessions_of({row.symbol: to_microseconds(row.time) for row in rows})


def quote_objects(rows: Iterable[LatestQuote], now: datetime) -> list[dict[str, Any]]:
    """`quote_object` of each row."""
    kept = list(rows)
    sessions = sessions_of_quotes(kept)
    return [quote_object(row, sessions[row.symbol], now) for row in kept]


def quotes_snapshot(symbols: Iterable[str] | None = None, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """The newest quote of each symbol that has one, in the order of the symbol."""
    rows = LatestQuote.objects.order_by("symbol")
    now = now or timezone.now()
    return quote_objects(rows if symbols is None else rows.filter(symbol__in=symbols), now)


def quote_snapshot(symbol: str, *, now: datetime | None = None) -> dict[str, Any] | None:
    """The symbol's newest quote, None before the first."""
    if not is_symbol(symbol):
        return None
    return next(iter(quotes_snapshot([symbol], now=now)), None)


def _good(row: LatestQuote) -> GoodQuote | None:
    if row.good_bid is None or row.good_ask is None or row.good_received_at is None:
        return None
    return GoodQuote(row.good_bid, row.good_ask, row.good_received_at, row.good_source)


def latest_good_quote(symbol: str) -> GoodQuote | None:
    """The symbol's newest quote of good quality, however old; None when there never was one."""
    row = LatestQuote.objects.filter(symbol=symbol).first()
    return None if row is None else _good(row)


def latest_good_quotes(symbols: Iterable[str] | None = None) -> Mapping[str, GoodQuote]:
    """`latest_good_quote` for many symbols in one query; those without one are left out."""
    rows = LatestQuote.objects.all() if symbols is None else LatestQuote.objects.filter(symbol__in=symbols)
    return {row.symbol: good for row in rows if (good := _good(row)) is not None}
