"""Writes of matching: the rows of trades."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from schemas.messages import Trade

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# One statement a batch. Integers of 1e-8 become exact decimals in the database; a trade that is there already (a repeat) is left as it is,
# while another trade under a number taken breaks `trade_seq_once`.
_INSERT = """
INSERT INTO matching_trade
    (id, seq, symbol, quantity, price, buy_order, sell_order, buy_account, sell_account, maker_side, time)
SELECT id, seq, symbol, quantity * 0.00000001, price * 0.00000001, buy_order, sell_order, buy_account, sell_account, maker_side, time
FROM unnest(
    %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[]
) AS t (id, seq, symbol, quantity, price, buy_order, sell_order, buy_account, sell_account, maker_side, time)
ON CONFLICT (id) DO NOTHING
"""


def moment(microseconds: int) -> datetime:
    """The time in UTC for microseconds since the epoch, exact."""
    return _EPOCH + timedelta(microseconds=microseconds)


def trades_record(*, trades: Sequence[Trade]) -> int:
    """Store trades as printed; the number of those that were new. Runs in the caller's transaction.

    Raises `django.db.IntegrityError` for an instrument nobody knows or two trades of a symbol with one number.
    """
    if not trades:
        return 0
    columns = (
        [trade.id for trade in trades],
        [trade.seq for trade in trades],
        [trade.symbol for trade in trades],
        [trade.quantity for trade in trades],
        [trade.price for trade in trades],
        [trade.buy_order for trade in trades],
        [trade.sell_order for trade in trades],
        [trade.buy_account for trade in trades],
        [trade.sell_account for trade in trades],
        [trade.maker_side for trade in trades],
        [moment(trade.time) for trade in trades],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return int(cursor.rowcount)
