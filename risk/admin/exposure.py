"""Exposure in the admin: what the risk worker last told of each account. Read-only for everyone."""

from django.contrib import admin
from django.utils.html import format_html_join

from oms_site.infra.read_only import ReadOnlyAdmin
from risk.models import AccountExposure


@admin.register(AccountExposure)
class ExposureAdmin(ReadOnlyAdmin):
    """By account."""

    list_display = ("account", "seq", "open_orders", "held", "updated_at")
    search_fields = ("account",)
    ordering = ("account",)

    @admin.display(description="symbol: position, open to buy, open to sell")
    def held(self, exposure: AccountExposure) -> str:
        """One line a symbol."""
        rows = ((symbol, held["position"], held["open_buy"], held["open_sell"]) for symbol, held in sorted(exposure.symbols.items()))
        return format_html_join(" · ", "{}: {}, {}, {}", rows)
