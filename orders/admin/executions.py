"""Executions in the admin: every step of every order. Read-only for everyone."""

from django.contrib import admin

from orders.admin.scope import AccountFilter, OwnAccountsAdmin, word_filter
from orders.models import Execution
from schemas.enums import ExecType, OrderStatus, Side


@admin.register(Execution)
class ExecutionAdmin(OwnAccountsAdmin):
    """Newest first; found by order, trade or account."""

    list_display = (
        *("id", "time", "account", "account_seq", "order_id", "order_seq", "symbol", "side", "type", "status", "last_quantity"),
        *("last_price", "cum_quantity", "leaves_quantity", "trade_id", "liquidity", "reason"),
    )
    list_filter = (word_filter("type", ExecType), word_filter("status", OrderStatus), AccountFilter, word_filter("side", Side), "time")
    search_fields = ("=id", "=order__id", "=trade_id", "=account", "=symbol")
    search_help_text = "execution, order, trade, account or symbol, written in full"
    ordering = ("-time", "-id")
