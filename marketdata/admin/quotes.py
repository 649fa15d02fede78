"""Latest quotes in the admin: a list to look at."""

from django.contrib import admin
from django.utils import timezone

from marketdata.admin.ages import age
from marketdata.models import LatestQuote
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(LatestQuote)
class LatestQuoteAdmin(ReadOnlyAdmin):
    """One row a symbol, with quality, source and age."""

    list_display = ("symbol", "bid", "ask", "last", "bid_size", "ask_size", "quality", "source", "age", "time", "seq")
    list_filter = ("quality", "source")
    search_fields = ("symbol",)
    ordering = ("symbol",)

    @admin.display(description="age", ordering="-received_at")
    def age(self, row: LatestQuote) -> str:
        return age(row.received_at, timezone.now())
