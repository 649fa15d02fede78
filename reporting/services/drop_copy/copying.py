"""Records into the copy: a batch is a few statements, however long it is. Runs in the caller's transaction, which moves the offsets too."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from oms_site.infra.bus.processor import Delivery
from reporting.domain.recount import OrderCount
from reporting.services.drop_copy.difference import Difference
from schemas.enums import ExecType, Side
from schemas.messages import Execution, Trade
from schemas.units import format_units

_LOAD = """
SELECT id, account, symbol, seq, steps, (quantity * 100000000)::bigint, (price * 100000000)::bigint, (cum_quantity * 100000000)::bigint,
    (leaves_quantity * 100000000)::bigint, (cum_notional * 10000000000000000)::numeric(40, 0)
FROM reporting_copiedorder WHERE id = ANY(%s::text[])
"""
_COUNTED = ("account", "symbol", "seq", "steps", "quantity", "price", "cum", "leaves", "notional")
_ORDERS = """
INSERT INTO reporting_copiedorder (id, account, symbol, seq, steps, quantity, price, cum_quantity, leaves_quantity, cum_notional)
SELECT id, account, symbol, seq, steps, quantity * 0.00000001, price * 0.00000001, cum * 0.00000001, leaves * 0.00000001,
    notional * 0.0000000000000001
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::numeric[]) AS t (id, account, symbol, seq, steps, quantity, price, cum, leaves, notional)
ON CONFLICT (id) DO UPDATE SET account = excluded.account, symbol = excluded.symbol, seq = excluded.seq, steps = excluded.steps,
    quantity = excluded.quantity, price = excluded.price, cum_quantity = excluded.cum_quantity,
    leaves_quantity = excluded.leaves_quantity, cum_notional = excluded.cum_notional
"""
_POSITIONS = """
INSERT INTO reporting_copiedposition AS held (account, symbol, quantity, cash)
SELECT account, symbol, moved * 0.00000001, paid * 0.0000000000000001
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::numeric[]) AS t (account, symbol, moved, paid)
ON CONFLICT (account, symbol) DO UPDATE SET quantity = held.quantity + excluded.quantity, cash = held.cash + excluded.cash
"""
_ACCOUNTS = """
INSERT INTO reporting_copiedaccount (account, seq) SELECT * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (account) DO UPDATE SET seq = excluded.seq
"""
_TRADES = """
INSERT INTO reporting_copiedtrade ("partition", "offset", id, symbol, quantity, price, buy_order, sell_order, buy_seen, sell_seen, agreed)
SELECT p, o, id, symbol, quantity * 0.00000001, price * 0.00000001, buy_order, sell_order, false, false, false
FROM unnest(%s::smallint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])
    AS t (p, o, id, symbol, quantity, price, buy_order, sell_order)
"""
_FILLS = {
    side: f"""
UPDATE reporting_copiedtrade AS trade SET {side}_seen = true
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[]) AS fill (trade_id, order_id, quantity, price)
WHERE trade.id = fill.trade_id AND trade.quantity = fill.quantity * 0.00000001 AND trade.price = fill.price * 0.00000001
    AND fill.order_id = trade.{side}_order
RETURNING trade.id, fill.order_id
"""  # noqa: S608 - names from the code
    for side in Side
}


def executions_copy(deliveries: Sequence[Delivery]) -> list[str]:
    """Count records of `executions`; the orders they were about."""
    steps = [delivery.message for delivery in deliveries if isinstance(delivery.message, Execution)]
    counts = _loaded({step.order_id for step in steps})
    moved: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    newest: dict[str, int] = {}
    for step in steps:
        count = counts.setdefault(step.order_id, OrderCount())
        before, held = count.notional, moved[step.account, step.symbol]
        held[0] += count.take(step)
        held[1] += before - count.notional if step.side == Side.BUY else count.notional - before
        newest[step.account] = step.seq
    rows = [(pk, *(getattr(count, name) for name in _COUNTED)) for pk, count in sorted(counts.items())]
    _write(_ORDERS, rows)
    _write(_POSITIONS, [(*key, *by) for key, by in sorted(moved.items()) if any(by)])
    _write(_ACCOUNTS, sorted(newest.items()))
    return list(counts)


def trades_copy(deliveries: Sequence[Delivery]) -> None:
    """Keep trades as printed."""
    rows: list[tuple[Any, ...]] = []
    for delivery in deliveries:
        trade, at = delivery.message, delivery.position
        if isinstance(trade, Trade):
            amounts = (trade.symbol, trade.quantity, trade.price)
            rows.append((at.partition, at.offset, trade.id, *amounts, trade.buy_order, trade.sell_order))
    _write(_TRADES, rows)


def fills_check(deliveries: Iterable[Delivery]) -> list[Difference]:
    """Those fills of the market that are not those of a trade printed: each fill is looked at once, its trade was printed before it."""
    steps = (delivery.message for delivery in deliveries)
    fills = {(step.trade_id or "", step.order_id): step for step in steps if isinstance(step, Execution) and _of_market(step)}
    agreed: set[tuple[str, str]] = set()
    for side, statement in _FILLS.items():
        rows = [(*name, fill.last_quantity or 0, fill.last_price or 0) for name, fill in fills.items() if fill.side == side]
        agreed |= set(_write(statement, rows))
    wrong = [fill for name, fill in fills.items() if name not in agreed]
    return [
        Difference("fill", fill.account, fill.trade_id or "", f"{fill.side} fill", "a trade printed like it", _fill_told(fill), fill.seq)
        for fill in wrong
    ]


def _of_market(step: Execution) -> bool:
    """A fill that matching printed, not one the desk booked."""
    return step.type == ExecType.TRADE and step.liquidity is not None


def _fill_told(fill: Execution) -> str:
    return f"{format_units(fill.last_quantity or 0)} at {format_units(fill.last_price or 0)}"


def _loaded(ids: set[str]) -> dict[str, OrderCount]:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [sorted(ids)])
        return {pk: OrderCount(**dict(zip(_COUNTED, map(_whole, values), strict=True))) for pk, *values in cursor.fetchall()}


def _whole(value: Any) -> Any:
    """A numeric without decimals as an integer: it may have more digits than a decimal calculates with."""
    return int(value) if isinstance(value, Decimal) else value


def _write(statement: str, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run a statement over columns; what it returns."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        return cursor.fetchall() if cursor.description else []
