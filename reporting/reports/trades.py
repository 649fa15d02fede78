"""The report of trades."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from matching import selectors as matching_selectors
from matching.models import Trade
from reporting.reports.columns import TERMS
from reporting.reports.definition import Column, Filter, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SYMBOL, period


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
        *(Column("id"), Column("time", Kind.TIME), Column("symbol"), *TERMS, Column("amount", Kind.NUMBER, help="quantity x price")),
        *(Column("currency"), Column("buy_order", help="empty unless of an account you see"), Column("sell_order", help="likewise")),
    ),
    filters=(Filter("account", "a party to the trade, one you see", ACCOUNT.read, _of_account), SYMBOL, *period("time", "traded")),
    rows=_trades,
    fields=("id", "time", "symbol_id", "quantity", "price", "symbol__currency", "buy_account", "sell_account", "buy_order", "sell_order"),
    told=_trades_told,
)
