"""What a bust or correction of a trade does to its settlement: instructions that make up for it. None is ever changed (ADR 0010)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from reporting import selectors
from reporting.domain.settlement import day_of
from schemas.enums import Side
from schemas.messages import Execution

_OTHER = {Side.BUY.value: Side.SELL.value, Side.SELL.value: Side.BUY.value}

_INSERT = """
INSERT INTO reporting_settlementobligation
    (id, trade_id, account, symbol, side, quantity, amount, currency, trade_date, settlement_date, status, revision, reversal, updated_at)
SELECT t.id, t.trade_id, t.account, t.symbol, t.side, t.quantity * 0.00000001, (t.quantity * 0.00000001) * (t.price * 0.00000001),
    instrument.currency, t.trade_date, t.settlement_date, 'instructed', t.revision, t.reversal,
    'epoch'::timestamptz + t.time * interval '1 microsecond'
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::smallint[],
    %s::boolean[], %s::bigint[]
) AS t (id, trade_id, account, symbol, side, quantity, price, trade_date, settlement_date, revision, reversal, time)
JOIN marketdata_instrument AS instrument ON instrument.symbol = t.symbol
ON CONFLICT (id) DO NOTHING
"""


class _Instruction(NamedTuple):
    """A row to be written; quantity and price in 1e-8."""

    id: str
    trade_id: str
    account: str
    symbol: str
    side: str
    quantity: int
    price: int
    trade_date: date
    settlement_date: date
    revision: int
    reversal: bool
    time: int


def obligations_correct(*, corrections: Sequence[Execution], revisions: Mapping[str, int]) -> int:
    """Instruct what corrections of fills leave to be settled; how many instructions are new. Runs in the caller's transaction.

    Of each, the fill as it was is delivered back and the fill as it is delivered anew, on the correction's own settlement date: whatever
    has become of the first instruction, the sum is right. `revisions` tells by execution id how often the fill had been told before.
    """
    due = selectors.settlement_days({correction.symbol for correction in corrections})
    rows = [row for correction in corrections for row in _instructions(correction, revisions.get(correction.id, 0), due)]
    if not rows:
        return 0
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return int(cursor.rowcount)


def _instructions(correction: Execution, revision: int, settles: Callable[[str, date], date]) -> list[_Instruction]:
    day = day_of(correction.time)
    due, side = settles(correction.symbol, day), correction.side
    legs = [
        (f"{correction.id}-R", _OTHER[side], correction.original_quantity, correction.original_price, True),
        (correction.id, side, correction.last_quantity, correction.last_price, False),
    ]
    return [
        _Instruction(
            *(name, correction.trade_id or "", correction.account, correction.symbol, leg_side, quantity, price, day, due, revision),
            *(reversal, correction.time),
        )
        for name, leg_side, quantity, price, reversal in legs
        if quantity and price
    ]
