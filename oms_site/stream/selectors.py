"""How far each channel has come in PostgreSQL: one query for all keys of a channel that anyone follows."""

from collections.abc import Collection, Mapping

from django.db.models import Max

from marketdata.models import DepthSnapshot, LatestQuote
from matching.models import Trade
from orders.models import AccountStream


def quote_heads(symbols: Collection[str]) -> Mapping[str, int]:
    """Newest sequence of channel `quotes` by symbol."""
    return dict(LatestQuote.objects.filter(symbol__in=symbols).values_list("symbol", "seq"))


def book_heads(symbols: Collection[str]) -> Mapping[str, int]:
    """Newest sequence of channel `book` by symbol."""
    return dict(DepthSnapshot.objects.filter(symbol__in=symbols).values_list("symbol", "seq"))


def trade_heads(symbols: Collection[str]) -> Mapping[str, int]:
    """Newest sequence of channel `trades` by symbol."""
    return dict(Trade.objects.filter(symbol__in=symbols).values("symbol").annotate(head=Max("seq")).values_list("symbol", "head"))


def order_heads(accounts: Collection[str]) -> Mapping[str, int]:
    """Newest sequence of channel `orders` by account."""
    return dict(AccountStream.objects.filter(account__in=accounts).values_list("account", "account_seq"))


def fill_heads(accounts: Collection[str]) -> Mapping[str, int]:
    """Newest sequence of channels `executions` and `positions` by account."""
    return dict(AccountStream.objects.filter(account__in=accounts).values_list("account", "fill_seq"))
