"""Trades in the admin: a list to look at. Read-only for everyone."""

from django.contrib import admin

from marketdata.selectors.instruments import instrument_exists
from matching.models import Trade
from oms_site.infra.days import day_filter
from oms_site.infra.keyset import KeysetAdmin
from oms_site.infra.word_filter import word_filter
from risk.selectors import account_exists
from schemas.enums import Side

_ORDERS, _ACCOUNTS = ("buy_order", "sell_order"), ("buy_account", "sell_account")


@admin.register(Trade)
class TradeAdmin(KeysetAdmin):
    """Newest first; found by trade, order or account."""

    list_display = ("id", "time", "symbol_id", "quantity", "price", "buy_account", "sell_account", "maker_side", "buy_order", "sell_order")
    list_filter = (word_filter("maker_side", Side), "symbol", day_filter("time"))
    day_field = "time"
    search_by = ("id", _ORDERS, _ACCOUNTS, "symbol")
    known = {_ACCOUNTS: account_exists, "symbol": instrument_exists}
    search_help_text = "trade, order, account or symbol, written in full"
