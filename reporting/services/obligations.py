"""Settlement obligations: made from trades, settled when their date has come."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from oms_site.infra.audit import services as audit
from reporting.domain.settlement import day_of, settlement_date
from schemas.messages import Trade

# Both sides of each trade in one statement. What is there already (a repeat) stays as it is.
_INSERT = """
INSERT INTO reporting_settlementobligation
    (id, trade_id, account, symbol, side, quantity, amount, currency, trade_date, settlement_date, status, revision, reversal, updated_at)
SELECT t.id || side.mark, t.id, CASE side.name WHEN 'buy' THEN t.buyer ELSE t.seller END, t.symbol, side.name, t.quantity * 0.00000001,
    (t.quantity * 0.00000001) * (t.price * 0.00000001), instrument.currency, t.trade_date, t.settlement_date, 'instructed', 0, false,
    'epoch'::timestamptz + t.time * interval '1 microsecond'
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::bigint[]
) AS t (id, symbol, buyer, seller, quantity, price, trade_date, settlement_date, time)
JOIN marketdata_instrument AS instrument ON instrument.symbol = t.symbol
CROSS JOIN (VALUES ('buy', '-B'), ('sell', '-S')) AS side (name, mark)
ON CONFLICT (id) DO NOTHING
"""

_MATCH = """
UPDATE reporting_settlementobligation AS own SET status = 'matched', updated_at = %s
WHERE own.status = 'instructed' AND own.id IN (
    SELECT a.id FROM reporting_settlementobligation AS a
    JOIN reporting_settlementobligation AS b
        ON b.trade_id = a.trade_id AND b.side <> a.side AND b.quantity = a.quantity AND b.amount = a.amount AND b.currency = a.currency
        AND b.revision = a.revision AND b.reversal = a.reversal
    WHERE a.status = 'instructed' ORDER BY a.id LIMIT %s FOR UPDATE OF a SKIP LOCKED
)
"""
_SETTLE = """
UPDATE reporting_settlementobligation AS own SET status = 'settled', updated_at = %s
WHERE own.id IN (
    SELECT id FROM reporting_settlementobligation
    WHERE status = 'matched' AND settlement_date <= %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
BATCH = 5_000


class Settled(NamedTuple):
    """How many obligations of one run were matched with their other side, and how many settled."""

    matched: int
    settled: int


def obligations_record(*, trades: Sequence[Trade]) -> int:
    """An instruction for each side of each trade, for T+1; how many are new. Runs in the caller's transaction.

    Raises `IntegrityError` for an account nobody knows.
    """
    if not trades:
        return 0
    days = [day_of(trade.time) for trade in trades]
    columns: list[Any] = [
        [trade.id for trade in trades],
        [trade.symbol for trade in trades],
        [trade.buy_account for trade in trades],
        [trade.sell_account for trade in trades],
        [trade.quantity for trade in trades],
        [trade.price for trade in trades],
        days,
        [settlement_date(day) for day in days],
        [trade.time for trade in trades],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return int(cursor.rowcount)


def obligations_settle(*, now: datetime, most: int = BATCH) -> Settled:
    """Match what is instructed with its other side; settle what is matched and due by `now`'s date (UTC). At most `most` of each.

    Nothing settles before its date. Run twice, it does the work once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MATCH, [now, most])
        matched = int(cursor.rowcount)
        cursor.execute(_SETTLE, [now, now.astimezone(UTC).date(), most])
        done = Settled(matched, int(cursor.rowcount))
        if any(done):
            audit.record(
                chain="settlement",
                actor=None,
                action="obligations_settled",
                object_type="settlement",
                object_id=now.astimezone(UTC).date().isoformat(),
                detail=done._asdict(),
                request_id="",
                now=now,
            )
    return done
