"""Settlement obligations: what both sides of each trade owe, from the day it is made. Nothing is settled here."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from reporting import selectors
from reporting.domain.settlement import day_of
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


def obligations_record(*, trades: Sequence[Trade]) -> int:
    """An instruction for each side of each trade, for its instrument's T+n; how many are new. Runs in the caller's transaction.

    Raises `IntegrityError` for an account nobody knows.
    """
    if not trades:
        return 0
    days = [day_of(trade.time) for trade in trades]
    due = selectors.settlement_days(trade.symbol for trade in trades)
    columns: list[Any] = [
        [trade.id for trade in trades],
        [trade.symbol for trade in trades],
        [trade.buy_account for trade in trades],
        [trade.sell_account for trade in trades],
        [trade.quantity for trade in trades],
        [trade.price for trade in trades],
        days,
        [due(trade.symbol, day) for trade, day in zip(trades, days, strict=True)],
        [trade.time for trade in trades],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return int(cursor.rowcount)
