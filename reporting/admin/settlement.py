"""Settlement obligations in the admin. Read-only for everyone: they follow from trades and the calendar."""

from django.contrib import admin

from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsKeysetAdmin
from reporting.models import SettlementObligation


@admin.register(SettlementObligation)
class SettlementObligationAdmin(OwnAccountsKeysetAdmin):
    """Those that are due last first; found by trade or account."""

    list_display = (
        *("id", "trade_id", "account_id", "symbol_id", "side", "quantity", "amount", "currency", "trade_date", "settlement_date"),
        *("status", "revision", "reversal", "updated_at"),
    )
    list_filter = ("status", "settlement_date", AccountFilter, "symbol", "reversal")
    time_field = "settlement_date"
    search_by = ("id", "trade_id", "account", "symbol")
    search_help_text = "obligation, trade, account or symbol, written in full"
