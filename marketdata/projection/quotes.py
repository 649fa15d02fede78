"""`quotes` into `LatestQuote`: the last row of each symbol in a batch, whatever its quality, and beside it the newest good pair."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from marketdata.domain.quality import is_good, quality
from marketdata.models import LatestQuote
from marketdata.selectors import from_microseconds, quote_object
from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Frame
from oms_site.infra.rest.rendering import dumps
from schemas.messages import Quote
from schemas.units import from_units

_COLUMNS = (
    "symbol",
    "bid",
    "ask",
    "bid_size",
    "ask_size",
    "last",
    "last_size",
    "event",
    "quality",
    "source",
    "time",
    "received_at",
    "good_bid",
    "good_ask",
    "good_received_at",
)
_TYPES = {"time": "timestamptz", "received_at": "timestamptz", "good_received_at": "timestamptz"} | dict.fromkeys(
    ("symbol", "event", "quality", "source"), "text"
)
_KEPT_WITHOUT_A_NEWER = ("good_bid", "good_ask", "good_received_at")


def _statement() -> str:
    table = LatestQuote._meta.db_table
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'numeric')}[]" for name in _COLUMNS)
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    sets = ", ".join(
        f'"{name}" = coalesce(excluded."{name}", {table}."{name}")' if name in _KEPT_WITHOUT_A_NEWER else f'"{name}" = excluded."{name}"'
        for name in _COLUMNS[1:]
    )
    return (
        f'INSERT INTO {table} ("seq", {names}) SELECT 1, * FROM unnest({arrays}) '  # noqa: S608 - names of our own columns
        f'ON CONFLICT ("symbol") DO UPDATE SET "seq" = {table}."seq" + 1, {sets} RETURNING "symbol", "seq"'
    )


class _Newest(NamedTuple):
    """A symbol's last row of a batch and its last good one, each with the broker's time."""

    row: Quote
    received: int
    good: Quote | None
    good_received: int


def _conflated(deliveries: Sequence[Delivery]) -> dict[str, _Newest]:
    last: dict[str, tuple[Quote, int]] = {}
    good: dict[str, tuple[Quote, int]] = {}
    for _, message, timestamp in deliveries:
        quote: Quote = message  # type: ignore[assignment]
        last[quote.symbol] = (quote, timestamp)
        if is_good(quote.bid, quote.ask):
            good[quote.symbol] = (quote, timestamp)
    return {symbol: _Newest(*newest, *good.get(symbol, (None, 0))) for symbol, newest in last.items()}


def _decimal(units: int | None) -> Decimal | None:
    return None if units is None else from_units(units)


def _row(newest: _Newest) -> LatestQuote:
    quote, received, good, good_received = newest
    return LatestQuote(
        symbol=quote.symbol,
        bid=from_units(quote.bid),
        ask=from_units(quote.ask),
        bid_size=_decimal(quote.bid_size),
        ask_size=_decimal(quote.ask_size),
        last=_decimal(quote.last),
        last_size=_decimal(quote.last_size),
        event=quote.event,
        quality=quality(quote.bid, quote.ask).value,
        source=quote.source,
        time=from_microseconds(quote.time),
        received_at=from_microseconds(received),
        good_bid=from_units(good.bid) if good else None,
        good_ask=from_units(good.ask) if good else None,
        good_received_at=from_microseconds(good_received) if good else None,
    )


def project_quotes(deliveries: Sequence[Delivery], now: int) -> Iterator[Frame]:
    """Upsert the newest quote of each symbol, `seq` + 1, and tell the stream's channel `quotes`."""
    _count(deliveries)
    rows = {symbol: _row(newest) for symbol, newest in sorted(_conflated(deliveries).items())}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [[getattr(row, name) for row in rows.values()] for name in _COLUMNS])
        for symbol, seq in cursor.fetchall():
            rows[symbol].seq = seq
    moment = from_microseconds(now)
    return (Frame("quotes", symbol, row.seq, "update", dumps(quote_object(row, moment))) for symbol, row in rows.items())


def _count(deliveries: Sequence[Delivery]) -> None:
    sources = Counter(delivery.message.source for delivery in deliveries)  # type: ignore[union-attr]
    qualities = Counter(quality(delivery.message.bid, delivery.message.ask) for delivery in deliveries)  # type: ignore[union-attr]
    for source, number in sources.items():
        metrics.QUOTES.labels(source).inc(number)
    for worth, number in qualities.items():
        metrics.QUOTES_QUALITY.labels(worth.value).inc(number)


_STATEMENT = _statement()
