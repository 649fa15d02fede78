"""Reads of trades: what a caller may see of them, and what everyone may."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from matching.models import Trade

STREAM_SNAPSHOT = 100
"""Trades a new reader of the channel `trades` gets at once."""


def trades_list(accounts: Collection[str]) -> QuerySet[Trade]:
    """Trades in which one of `accounts` took part; to be ordered by the caller."""
    return Trade.objects.filter(Q(buy_account__in=accounts) | Q(sell_account__in=accounts))


def trade_object(trade: Trade, accounts: Collection[str]) -> dict[str, Any]:
    """A trade as REST tells it to someone who sees `accounts`: an order of any other account is null, and no account is told."""
    return {
        "id": trade.id,
        "symbol": trade.symbol_id,
        "quantity": trade.quantity,
        "price": trade.price,
        "buy_order": trade.buy_order if trade.buy_account in accounts else None,
        "sell_order": trade.sell_order if trade.sell_account in accounts else None,
        "time": trade.time,
    }


def trades_snapshots(symbols: Collection[str], *, limit: int = STREAM_SNAPSHOT) -> dict[str, tuple[int, list[dict[str, Any]]]]:
    """Of each symbol the sequence of its newest trade (0: none), and the newest `limit` as everyone may see them, newest first."""
    found = {symbol: list(Trade.objects.filter(symbol_id=symbol).order_by("-seq")[:limit]) for symbol in symbols}
    return {symbol: (rows[0].seq if rows else 0, [trade_object(row, ()) for row in rows]) for symbol, rows in found.items()}
