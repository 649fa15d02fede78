"""Settlement obligations in the admin. Read-only for everyone: they follow from trades and the calendar."""

from django.contrib import admin

from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsAdmin
from reporting.models import SettlementObligation


@admin.register(SettlementObligation)
class SettlementObligationAdmin(OwnAccountsAdmin):
    """Newest first; found by trade or account."""

    list_display = (
        *("id", "trade_id", "account_id", "symbol_id", "side", "quantity", "amount", "currency", "trade_date", "settlement_date"),
        *("status", "revision", "reversal", "updated_at"),
    )
    list_filter = ("status", "settlement_date", AccountFilter, "symbol", "reversal")
    search_fields = ("=id", "=trade_id", "=account__code", "=symbol__symbol")
    search_help_text = "obligation, trade, account or symbol, written in full"
    ordering = ("-id",)
