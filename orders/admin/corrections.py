"""What the desk asked for about trades, and whether both sides have answered. Read-only for everyone."""

from django.contrib import admin

from oms_site.infra.read_only import ReadOnlyAdmin
from orders.models import TradeCorrection


@admin.register(TradeCorrection)
class TradeCorrectionAdmin(ReadOnlyAdmin):
    """Newest first. It is asked for on the page of an execution."""

    list_display = (
        *("trade_id", "was_quantity", "was_price", "quantity", "price", "reason", "answers", "refused", "requested_by", "requested_at"),
        "approval",
    )
    list_filter = ("refused", "answers", "requested_at")
    list_select_related = ("requested_by", "approval")
    search_fields = ("=trade_id", "=requested_by__username")
    search_help_text = "trade or user, written in full"
    ordering = ("-id",)
