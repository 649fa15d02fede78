"""Trades in the admin: a list to look at. Read-only for everyone."""

from django.contrib import admin

from matching.models import Trade
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(Trade)
class TradeAdmin(ReadOnlyAdmin):
    """Newest first; found by trade, order or account."""

    list_display = ("id", "time", "symbol_id", "quantity", "price", "buy_account", "sell_account", "maker_side", "buy_order", "sell_order")
    list_filter = ("time", "maker_side", "symbol")
    search_fields = ("=id", "=buy_order", "=sell_order", "=buy_account", "=sell_account", "=symbol__symbol")
    search_help_text = "trade, order, account or symbol, written in full"
    ordering = ("-id",)
