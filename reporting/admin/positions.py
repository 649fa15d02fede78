"""Positions in the admin. Read-only for everyone: they follow from fills."""

from django.contrib import admin

from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsAdmin
from reporting.models import Position


@admin.register(Position)
class PositionAdmin(OwnAccountsAdmin):
    """By account and symbol."""

    list_display = ("account_id", "symbol_id", "quantity", "cost", "realised_pnl", "bought_quantity", "sold_quantity", "updated_at")
    list_display_links = ("account_id", "symbol_id")
    list_filter = (AccountFilter, "symbol")
    search_fields = ("=account__code", "=symbol__symbol")
    search_help_text = "account or symbol, written in full"
    ordering = ("account", "symbol")
