"""`quotes` into `LatestQuote`: the last row of each symbol in a batch, whatever its quality, the newest good pair, and what was counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import connection, models

from marketdata.domain.newest import BAD, Newest
from marketdata.domain.quality import DEFAULT_JUMP, Judge, Quality
from marketdata.models import LatestQuote
from marketdata.selectors import Listed, Session, from_microseconds, quote_object, sessions_of, to_microseconds
from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Frame
from oms_site.infra.rest.rendering import dumps
from schemas.messages import Quote
from schemas.units import from_units, to_units

_source = attrgetter("source")


def project_quotes(deliveries: Sequence[Delivery], now: int, listed: Listed) -> Iterator[Frame]:
    """Upsert the newest quote of each symbol, `seq` + 1, and tell the stream's channel `quotes`, with the session's statistics.

    `listed` is what is known of the symbols' instruments (`listed_of`).
    """
    symbols = {delivery.message.symbol for delivery in deliveries}
    stored = {row.symbol: row for row in LatestQuote.objects.filter(symbol__in=symbols)}
    newest = {symbol: _known(stored.get(symbol)) for symbol in symbols}
    for _, message, received in deliveries:
        quote: Quote = message  # type: ignore[assignment]
        newest[quote.symbol].take(quote, received, listed.jumps.get(quote.symbol, DEFAULT_JUMP))
    rows = [_row(symbol, newest[symbol], stored.get(symbol)) for symbol in sorted(symbols)]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [[getattr(row, name) for row in rows] for name in _COLUMNS])
    _count(deliveries, newest)
    sessions = sessions_of({symbol: state.row.time for symbol, state in newest.items() if state.row is not None}, listed.day_of)
    moment = from_microseconds(now)
    return (Frame("quotes", row.symbol, row.seq, "update", partial(_text, row, sessions[row.symbol], moment)) for row in rows)


def _text(row: LatestQuote, session: Session, moment: datetime) -> bytes:
    return dumps(quote_object(row, session, moment))


def _known(row: LatestQuote | None) -> Newest:
    """What was kept of a symbol, as the fold has it."""
    if row is None:
        return Newest()
    judge = Judge(doubted=to_units(row.doubted), doubts=row.doubts, doubted_since=_microseconds(row.doubted_since))
    if row.good_bid is not None and row.good_ask is not None:
        judge.twice, judge.at, judge.source = to_units(row.good_bid + row.good_ask), _microseconds(row.good_received_at), row.good_source
    return Newest(judge, to_microseconds(row.received_at))


def _row(symbol: str, state: Newest, stored: LatestQuote | None) -> LatestQuote:
    """The row to write: a symbol without a good quote in this batch keeps the good one it had."""
    quote, judge = state.row, state.judge
    assert quote is not None, "every symbol of a batch has a row in it"
    row = stored or LatestQuote(symbol=symbol, seq=0)
    row.seq += 1
    row.bid, row.ask = from_units(quote.bid), from_units(quote.ask)
    row.bid_size, row.ask_size = _decimal(quote.bid_size), _decimal(quote.ask_size)
    row.last, row.last_size = _decimal(quote.last), _decimal(quote.last_size)
    row.event, row.source, row.quality = quote.event, quote.source, state.quality.value
    row.time, row.received_at = from_microseconds(quote.time), from_microseconds(state.received)
    if state.good is not None:
        row.good_bid, row.good_ask = from_units(state.good.bid), from_units(state.good.ask)
        row.good_received_at, row.good_source = from_microseconds(judge.at), judge.source
    row.doubted, row.doubts = from_units(judge.doubted), judge.doubts
    row.doubted_since = from_microseconds(judge.doubted_since) if judge.doubts else None
    row.rows += state.rows
    row.silences += state.silences
    for worth, number in state.bad.items():
        setattr(row, worth.value, getattr(row, worth.value) + number)
    return row


def _count(deliveries: Sequence[Delivery], newest: Mapping[str, Newest]) -> None:
    for source, number in Counter(map(_source, (delivery.message for delivery in deliveries))).items():
        metrics.QUOTES.labels(source).inc(number)
    for worth in BAD:
        metrics.QUOTES_QUALITY.labels(worth.value).inc(sum(state.bad[worth] for state in newest.values()))
    good = len(deliveries) - sum(sum(state.bad.values()) for state in newest.values())
    metrics.QUOTES_QUALITY.labels(Quality.GOOD.value).inc(good)
    metrics.QUOTES_SILENCES.inc(sum(state.silences for state in newest.values()))


def _decimal(units: int | None) -> Any:
    return None if units is None else from_units(units)


def _microseconds(moment: Any) -> int:
    return 0 if moment is None else to_microseconds(moment)


def _statement() -> tuple[tuple[str, ...], str]:
    kinds = {models.DecimalField: "numeric", models.DateTimeField: "timestamptz", models.CharField: "text"}
    fields = LatestQuote._meta.concrete_fields
    names = [field.name for field in fields]
    arrays = ", ".join(f"%s::{kinds.get(type(field), 'int8')}[]" for field in fields)
    listed = ", ".join(f'"{name}"' for name in names)
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "symbol")
    table = LatestQuote._meta.db_table
    return tuple(names), (
        f"INSERT INTO {table} ({listed}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - names of our own columns
        f'ON CONFLICT ("symbol") DO UPDATE SET {sets}'
    )


_COLUMNS, _STATEMENT = _statement()
