"""The prints on `quotes` into `Candle` and `PrintTape`, each print once: rows, tapes and offsets are of one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from django.db import connection

from marketdata.domain.candles import Bar, Bars, Key, Tape
from marketdata.models import Candle, PrintTape
from marketdata.selectors import candle_key, candle_object, from_microseconds, to_microseconds
from oms_site import env
from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Frame
from oms_site.infra.rest.rendering import dumps
from schemas.enums import QuoteEvent
from schemas.messages import Quote
from schemas.units import from_units, to_units

_HOUR = 3_600_000_000
RETENTION = {interval: hours * _HOUR for interval, hours in env.CANDLE_RETENTION_HOURS.items()}
"""By how much a print may be late (microseconds), by interval."""


def project_candles(deliveries: Sequence[Delivery], now: int, day_of: Callable[[str, int], date]) -> Iterator[Frame]:
    """Bring the prints of a batch into their bars. `day_of` tells the business date of a print (`session_days`)."""
    trade = QuoteEvent.TRADE.value
    prints: list[Quote] = [message for _, message, _ in deliveries if message.event == trade]  # type: ignore[union-attr, misc]
    return iter(_project(prints, now, day_of) if prints else ())


def _project(prints: Sequence[Quote], now: int, day_of: Callable[[str, int], date]) -> list[Frame]:
    symbols = {row.symbol for row in prints}
    stored = {row.symbol: row for row in PrintTape.objects.filter(symbol__in=symbols)}
    tapes = {symbol: _tape(stored.get(symbol)) for symbol in symbols}
    bars = Bars(RETENTION, day_of)
    bars.take(prints, tapes)
    found = bars.result()
    newest = _write_bars(found, tapes, now) if found else []
    rows = [_row(symbol, tape, stored.get(symbol)) for symbol, tape in sorted(tapes.items()) if tape.prints]
    _count(rows, stored)
    fields = [field.name for field in PrintTape._meta.fields if not field.primary_key]
    PrintTape.objects.bulk_create(rows, update_conflicts=True, unique_fields=["symbol"], update_fields=fields)
    seqs = {row.symbol: row.seq for row in rows}
    return [Frame("candles", candle_key(bar.symbol, bar.interval), seqs[bar.symbol], "update", partial(_text, bar)) for bar in newest]


def _text(bar: Candle) -> bytes:
    return dumps(candle_object(bar))


def _tape(row: PrintTape | None) -> Tape:
    if row is None:
        return Tape()
    return Tape(row.source, to_microseconds(row.at), to_units(row.price), to_units(row.size), row.prints, row.late, row.left)


def _row(symbol: str, tape: Tape, stored: PrintTape | None) -> PrintTape:
    return PrintTape(
        symbol=symbol,
        source=tape.source,
        at=from_microseconds(tape.at),
        price=from_units(tape.price),
        size=from_units(tape.size),
        prints=tape.prints,
        late=tape.late,
        left=tape.left,
        seq=1 if stored is None else stored.seq + 1,
    )


def _count(rows: Sequence[PrintTape], stored: Mapping[str, PrintTape]) -> None:
    prints = late = left = 0
    for row in rows:
        before = stored.get(row.symbol) or PrintTape()
        prints += row.prints - before.prints
        late += row.late - before.late
        left += row.left - before.left
    metrics.PRINTS.labels("in_order").inc(prints - late)
    metrics.PRINTS.labels("late").inc(late - left)
    metrics.PRINTS.labels("left").inc(left)


def _write_bars(bars: Mapping[Key, Bar], tapes: Mapping[str, Tape], now: int) -> list[Candle]:
    """Write all bars; the newest one of each symbol and interval as it is now."""
    rows = [(*key, *_numbers(bar), tapes[key[0]].source) for key, bar in sorted(bars.items())]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [from_microseconds(now), *(list(column) for column in zip(*rows, strict=True))])
        return [Candle(**dict(zip(_NAMES, row, strict=True))) for row in cursor.fetchall()]


def _numbers(bar: Bar) -> tuple[int, ...]:
    return (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.turnover, bar.trades, bar.first_at, bar.last_at)


def _statement() -> str:
    """One statement for all bars of a batch, the same sum as `Bar.merge`.

    Integers become decimals and times in PostgreSQL: exact, and quicker.
    """
    units, turnover, moment = "{} * 0.00000001", "{} * 0.0000000000000001", "timestamptz 'epoch' + {} * interval '1 microsecond'"
    columns: dict[str, tuple[str, str]] = {
        **dict.fromkeys(("symbol", "interval"), ("text", "{}")),
        "start": ("int8", moment),
        **dict.fromkeys(("open", "high", "low", "close"), ("int8", units)),
        "volume": ("numeric", units),
        "turnover": ("numeric", turnover),
        "trades": ("int8", "{}"),
        **dict.fromkeys(("first_at", "last_at"), ("int8", moment)),
        "source": ("text", "{}"),
    }
    table, listed = Candle._meta.db_table, ", ".join(f'"{name}"' for name in _NAMES)
    names = ", ".join(f'"{name}"' for name in columns)
    given = ", ".join(shape.format(f'g."{name}"') for name, (_, shape) in columns.items())
    arrays = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    return (
        f'WITH written AS (INSERT INTO {table} AS t ({names}, "version", "updated_at") '  # noqa: S608 - names of our own columns
        f"SELECT {given}, 1, moment FROM (SELECT %s::timestamptz AS moment) AS m, unnest({arrays}) AS g ({names}) "
        'ON CONFLICT ("symbol", "interval", "start") DO UPDATE SET '
        '"open" = CASE WHEN excluded."first_at" < t."first_at" THEN excluded."open" ELSE t."open" END, '
        '"close" = CASE WHEN excluded."last_at" >= t."last_at" THEN excluded."close" ELSE t."close" END, '
        '"high" = greatest(t."high", excluded."high"), "low" = least(t."low", excluded."low"), '
        '"volume" = t."volume" + excluded."volume", "turnover" = t."turnover" + excluded."turnover", '
        '"trades" = t."trades" + excluded."trades", '
        '"first_at" = least(t."first_at", excluded."first_at"), "last_at" = greatest(t."last_at", excluded."last_at"), '
        '"source" = excluded."source", "version" = t."version" + 1, "updated_at" = excluded."updated_at" RETURNING t.*) '
        f'SELECT DISTINCT ON ("symbol", "interval") {listed} FROM written ORDER BY "symbol", "interval", "start" DESC'
    )


_NAMES = [field.name for field in Candle._meta.concrete_fields]
_STATEMENT = _statement()
