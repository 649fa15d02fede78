"""Rows of the books, in bulk: integers in, COPY out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from marketdata import selectors as market_selectors
from oms_site.infra.postgresql.arrays import array_text, columns_text
from oms_site.infra.postgresql.copying import NULL, copy_rows
from orders.domain.objects import time_text
from reporting.domain.books import Fee, Fill, Standing
from reporting.domain.fees import Charge
from reporting.domain.ledger import Entry, Place, balances
from reporting.domain.objects import wide_text
from schemas.units import format_units, from_units

_RATE = 4
"""Decimals of a rate in basis points: an integer of 1e-8 has them."""

_POSTED = "SELECT id FROM reporting_fillfee WHERE id = ANY(%s::text[])"
TAKEN_BACK = "-R"
"""Ends the name of a row that takes a fill back: a bust has no other."""
_NUMBERS = "SELECT nextval(pg_get_serial_sequence('reporting_journalentry', 'id')) FROM generate_series(1, %s)"
_STANDING = """
SELECT DISTINCT ON (fee.order_id, fee.trade_id) fee.order_id, fee.trade_id, fee.entry, fee.side, (fee.quantity * 100000000)::bigint,
    (fee.price * 100000000)::bigint, nullif(fee.liquidity, ''), fee.made_at, fee.schedule_id, (fee.bps * 10000)::bigint,
    (fee.fee * 10000000000000000)::numeric(40, 0), (fee.tax * 10000000000000000)::numeric(40, 0)
FROM reporting_fillfee AS fee JOIN unnest(%s::text[], %s::text[]) AS wanted (order_id, trade_id)
    ON wanted.order_id = fee.order_id AND wanted.trade_id = fee.trade_id
ORDER BY fee.order_id, fee.trade_id, fee.entry DESC
"""
_MOVE = """
UPDATE reporting_ledgeraccount AS account SET balance = balance + t.moved * 0.0000000000000001
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[]) WITH ORDINALITY
    AS t (owner, kind, asset_type, asset, moved, nth)
WHERE account.owner = t.owner AND account.kind = t.kind AND account.asset_type = t.asset_type AND account.asset = t.asset
RETURNING t.nth, account.id
"""
_OPEN = """
INSERT INTO reporting_ledgeraccount (owner, kind, asset_type, asset, balance)
SELECT owner, kind, asset_type, asset, moved * 0.0000000000000001
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[]) AS t (owner, kind, asset_type, asset, moved)
RETURNING owner, kind, asset_type, asset, id
"""
_ENTRIES = "reporting_journalentry (id, cause, cause_id, account, symbol, order_id, trade_id, reverses, lines, time)"
_LINES = "reporting_journalline (entry_id, number, account_id, amount)"
_FEES = """reporting_fillfee (id, entry, account, symbol, order_id, trade_id, side, liquidity, quantity, price, currency, notional,
    schedule_id, bps, fee, tax, made_at)"""
_DAYS = """
INSERT INTO reporting_tradedday AS held (account, symbol, day, currency, notional, fee, tax)
SELECT account, symbol, 'epoch'::date + day, currency, notional * 0.0000000000000001, fee * 0.0000000000000001, tax * 0.0000000000000001
FROM unnest(%s::text[], %s::text[], %s::integer[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[])
    AS t (account, symbol, day, currency, notional, fee, tax)
ON CONFLICT (account, symbol, day) DO UPDATE SET
    notional = held.notional + excluded.notional, fee = held.fee + excluded.fee, tax = held.tax + excluded.tax
"""


def one_at_a_time() -> None:
    """Wait until nobody else posts or sets a schedule, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('books', 1))")


def posted(ids: Collection[str]) -> set[str]:
    """Those records that are in the books."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [array_text([*ids, *(f"{name}{TAKEN_BACK}" for name in ids)])])
        return {row[0].removesuffix(TAKEN_BACK) for row in cursor.fetchall()}


def entry_numbers(most: int) -> list[int]:
    """Numbers for entries to come, rising."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [most])
        return sorted(row[0] for row in cursor.fetchall())


def standing(fills: Sequence[Fill]) -> dict[tuple[str, str], Standing]:
    """How the fills that these correct are booked. One that was busted stands with quantity 0."""
    if not fills:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [[fill.order_id for fill in fills], [fill.trade_id for fill in fills]])
        return {(row[0], row[1]): _standing(row[2:]) for row in cursor.fetchall()}


def _standing(row: tuple[Any, ...]) -> Standing:
    entry, side, quantity, price, liquidity, made_at, schedule, rate, fee, tax = row
    charge = Charge(schedule, rate, int(fee), int(tax))
    return Standing(entry, side, max(0, quantity), price, liquidity, market_selectors.to_microseconds(made_at), charge)


def entries_copy(entries: Sequence[Entry]) -> None:
    """Entries, their lines, and the balances they move. Raises `IntegrityError` for a cause that has posted.

    One transaction at a time: every trade moves the same accounts of clearing.
    """
    if not entries:
        return
    one_at_a_time()
    numbers = _moved(balances(line for entry in entries for line in entry.lines))
    lines = [
        (number, str(index), numbers[place], wide_text(amount))
        for entry in entries
        for number in (str(entry.number),)
        for index, (place, amount) in enumerate(entry.lines, 1)
    ]
    with connection.cursor() as cursor:
        copy_rows(cursor, _ENTRIES, [_entry(entry) for entry in entries])
        copy_rows(cursor, _LINES, lines)


def fees_copy(fees: Sequence[Fee]) -> None:
    """What was charged, and the days it counts for."""
    days: dict[tuple[str, str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for fee in fees:
        day = days[fee.fill.account, fee.fill.symbol, fee.day, fee.currency]
        day[0] += fee.notional
        day[1] += fee.charge.fee
        day[2] += fee.charge.tax
    with connection.cursor() as cursor:
        copy_rows(cursor, _FEES, [_fee(fee) for fee in fees])
    _run(_DAYS, [(*key, *amounts) for key, amounts in sorted(days.items())])


def _entry(entry: Entry) -> tuple[str, ...]:
    reverses = NULL if entry.reverses is None else str(entry.reverses)
    about = (entry.account, entry.symbol, entry.order_id, entry.trade_id)
    return (str(entry.number), entry.cause.value, entry.cause_id, *about, reverses, str(len(entry.lines)), time_text(entry.time))


def _fee(fee: Fee) -> tuple[str, ...]:
    fill, charge = fee.fill, fee.charge
    quantity = fill.quantity if fee.notional >= 0 else -fill.quantity
    named = (fee.id, str(fee.entry), fill.account, fill.symbol, fill.order_id, fill.trade_id, fill.side, fill.liquidity or "")
    amounts = (format_units(quantity), format_units(fill.price), fee.currency, wide_text(fee.notional))
    schedule = NULL if charge.schedule is None else str(charge.schedule)
    cost = (schedule, str(from_units(charge.rate, _RATE)), wide_text(charge.fee), wide_text(charge.tax))
    return (*named, *amounts, *cost, time_text(fee.made_at))


def _moved(amounts: Mapping[Place, int]) -> Mapping[tuple[str, ...], str]:
    """Move balances, and open accounts that are new; the numbers of all. Nobody else moves any meanwhile: `one_at_a_time`."""
    rows = [(*place, amount) for place, amount in amounts.items()]
    numbers = {rows[nth - 1][:4]: str(number) for nth, number in _run(_MOVE, rows)}
    fresh = [row for row in rows if row[:4] not in numbers]
    return numbers | {row[:4]: str(row[4]) for row in _run(_OPEN, fresh)}


def _run(statement: str, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run a statement over columns; what it returns."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, columns_text(rows))
        return cursor.fetchall() if cursor.description else []
