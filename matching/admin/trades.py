"""Trades in the admin: a list to look at. Read-only for everyone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from matching.models import Trade


@admin.register(Trade)
class TradeAdmin(admin.ModelAdmin):
    """Newest first; found by trade, order or account."""

    list_display = ("id", "time", "symbol_id", "quantity", "price", "buy_account", "sell_account", "maker_side", "buy_order", "sell_order")
    list_filter = ("time", "maker_side", "symbol")
    search_fields = ("=id", "=buy_order", "=sell_order", "=buy_account", "=sell_account", "=symbol__symbol")
    search_help_text = "trade, order, account or symbol, written in full"
    ordering = ("-id",)
    list_per_page = 100
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
