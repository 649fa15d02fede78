"""Trades in the admin: a list to look at. Read-only for everyone."""

from django.contrib import admin

from marketdata.selectors.instruments import instrument_exists
from matching.models import Trade
from oms_site.infra.keyset import KeysetAdmin


@admin.register(Trade)
class TradeAdmin(KeysetAdmin):
    """Newest first; found by trade, order or account."""

    list_display = ("id", "time", "symbol_id", "quantity", "price", "buy_account", "sell_account", "maker_side", "buy_order", "sell_order")
    list_filter = ("time", "maker_side", "symbol")
    search_by = ("id", "buy_order", "sell_order", "buy_account", "sell_account", "symbol")
    known = {"symbol": instrument_exists}
    search_help_text = "trade, order, account or symbol, written in full"
