"""Reports of what was asked for and what came of it: the blotter, executions, rejects, trades."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from matching import selectors as matching_selectors
from matching.models import Trade
from orders.models import Execution, Order
from reporting.reports.definition import Column, Filter, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, equals, period, word
from schemas.enums import ExecType, OrderStatus, OrderType
from schemas.units import average_price, to_units

_NOTIONAL = 10**16
_REJECTS = (ExecType.REJECTED.value, ExecType.CANCEL_REJECTED.value, ExecType.REPLACE_REJECTED.value)
_FILLS = (ExecType.TRADE.value, ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value)
_TERMS = (Column("quantity", Kind.NUMBER), Column("price", Kind.NUMBER))
_WHOSE = (Column("account"), Column("symbol"), Column("side"))


def _orders(viewer: Viewer) -> QuerySet[Order]:
    return Order.objects.filter(account__in=viewer.accounts)


def _orders_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    for *terms, cum, leaves, notional, client_id, by, source, trade_date, updated_at in rows:
        average = average_price(int(notional * _NOTIONAL), to_units(cum)) if cum else None
        yield (*terms, cum, leaves, average, client_id, by, source, trade_date, updated_at)


BLOTTER = TableReport(
    name="blotter",
    title="Blotter",
    purpose="Every order as it stands, newest first.",
    columns=(
        *(Column("id"), Column("created_at", Kind.TIME), *_WHOSE, Column("type"), Column("tif"), *_TERMS),
        *(Column("stop_price", Kind.NUMBER), Column("status"), Column("cum_quantity", Kind.NUMBER, help="filled so far")),
        *(Column("leaves_quantity", Kind.NUMBER, help="open still"), Column("avg_price", Kind.NUMBER, help="8 decimals, half-even")),
        *(
            Column("client_order_id"),
            Column("entered_by"),
            Column("source"),
            Column("trade_date", Kind.DATE),
            Column("updated_at", Kind.TIME),
        ),
    ),
    filters=(
        *(ACCOUNT, SYMBOL, SIDE, word("status", tuple(status.value for status in OrderStatus))),
        *(word("type", tuple(kind.value for kind in OrderType)), *period("created_at", "entered")),
    ),
    rows=_orders,
    fields=(
        *("id", "created_at", "account_id", "symbol_id", "side", "type", "tif", "quantity", "price", "stop_price", "status"),
        *(
            "cum_quantity",
            "leaves_quantity",
            "cum_notional",
            "client_order_id",
            "entered_by__username",
            "source",
            "trade_date",
            "updated_at",
        ),
    ),
    told=_orders_told,
)


def _fills(viewer: Viewer) -> QuerySet[Execution]:
    return Execution.objects.filter(account__in=viewer.accounts, fill_seq__isnull=False)


def _fills_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    """As `orders.selectors.fill_object` tells them: of a fill taken back, what it was."""
    for *who, kind, quantity, price, detail, trade, liquidity, seq in rows:
        was = (detail or {}).get("original", {})
        before = (_decimal(was.get("quantity")), _decimal(was.get("price")))
        now = before if kind == ExecType.TRADE_CANCEL else (quantity, price)
        yield (*who, kind, *now, *before, trade, liquidity, seq)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


EXECUTIONS = TableReport(
    name="executions",
    title="Executions",
    purpose="Fills and their corrections, newest first.",
    columns=(
        *(Column("id"), Column("time", Kind.TIME), Column("order"), *_WHOSE, Column("type"), *_TERMS),
        *(Column("original_quantity", Kind.NUMBER, help="of a correction: what the fill was"), Column("original_price", Kind.NUMBER)),
        *(Column("trade_id"), Column("liquidity"), Column("seq", Kind.COUNT, help="counts the account's fills and their corrections")),
    ),
    filters=(ACCOUNT, SYMBOL, SIDE, equals("order", "an order's id"), word("type", _FILLS), *period("time", "filled")),
    rows=_fills,
    fields=(
        *("id", "time", "order_id", "account", "symbol", "side", "type", "last_quantity", "last_price", "detail", "trade_id"),
        *("liquidity", "fill_seq"),
    ),
    told=_fills_told,
)


def _rejects(viewer: Viewer) -> QuerySet[Execution]:
    return Execution.objects.filter(account__in=viewer.accounts, type__in=_REJECTS)


def _rejects_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    """With rule, limit and actual of orders that risk refused."""
    for *step, kind, quantity, price, reason, message, reject in rows:
        why = (reject or {}) if kind == ExecType.REJECTED else {}
        yield (*step, kind, quantity, price, reason, why.get("rule"), _decimal(why.get("limit")), _decimal(why.get("actual")), message)


REJECTS = TableReport(
    name="rejects",
    title="Rejects",
    purpose="What was refused, orders, cancels and replaces, and which rule refused it; newest first.",
    columns=(
        *(Column("id"), Column("time", Kind.TIME), Column("order"), *_WHOSE, Column("type"), *_TERMS, Column("reason")),
        *(Column("rule"), Column("limit", Kind.NUMBER), Column("actual", Kind.NUMBER), Column("message")),
    ),
    filters=(ACCOUNT, SYMBOL, SIDE, word("type", _REJECTS), equals("reason", "a refusal's code"), *period("time", "refused")),
    rows=_rejects,
    fields=(
        *("id", "time", "order_id", "account", "symbol", "side", "type", "quantity", "price", "reason", "message"),
        "order__reject",
    ),
    told=_rejects_told,
)


def _trades(viewer: Viewer) -> QuerySet[Trade]:
    return matching_selectors.trades_list(viewer.accounts)


def _trades_told(rows: Sequence[Row], viewer: Viewer) -> Iterator[Row]:
    """An order of an account the viewer does not see is not told."""
    seen = viewer.accounts
    for *head, quantity, price, currency, buyer, seller, buy_order, sell_order in rows:
        sides = (buy_order if buyer in seen else None, sell_order if seller in seen else None)
        yield (*head, quantity, price, quantity * price, currency, *sides)


def _of_account(rows: QuerySet[Any], account: str) -> QuerySet[Any]:
    return rows & matching_selectors.trades_list([account])


TRADES = TableReport(
    name="trades",
    title="Trades",
    purpose="One row a match, newest first.",
    columns=(
        *(Column("id"), Column("time", Kind.TIME), Column("symbol"), *_TERMS, Column("amount", Kind.NUMBER, help="quantity x price")),
        *(Column("currency"), Column("buy_order", help="empty unless of an account you see"), Column("sell_order", help="likewise")),
    ),
    filters=(Filter("account", "a party to the trade, one you see", ACCOUNT.read, _of_account), SYMBOL, *period("time", "traded")),
    rows=_trades,
    fields=("id", "time", "symbol_id", "quantity", "price", "symbol__currency", "buy_account", "sell_account", "buy_order", "sell_order"),
    told=_trades_told,
)
