"""Exposure in the admin: what the risk worker last told of each account. Read-only for everyone."""

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from oms_site.infra.read_only import ReadOnlyAdmin
from risk.admin.home import risk_home
from risk.models import AccountExposure


@admin.register(AccountExposure)
class ExposureAdmin(ReadOnlyAdmin):
    """By account."""

    list_display = ("account", "seq", "open_orders", "held", "updated_at")
    search_fields = ("account",)
    ordering = ("account",)

    def get_urls(self) -> list[URLPattern]:
        return [path("home/", self.admin_site.admin_view(risk_home), name="risk_home"), *super().get_urls()]

    @admin.display(description="symbol: position, open to buy, open to sell")
    def held(self, exposure: AccountExposure) -> str:
        """One line a symbol."""
        rows = ((symbol, held["position"], held["open_buy"], held["open_sell"]) for symbol, held in sorted(exposure.symbols.items()))
        return format_html_join(" · ", "{}: {}, {}, {}", rows)
