"""Candles in the admin: a list to look at, one interval at a time, by symbol and by the time they start."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from marketdata.domain.candles import INTERVALS
from marketdata.models import CandleRow, PrintTape
from marketdata.selectors import vwap
from oms_site.infra.read_only import ReadOnlyAdmin
from oms_site.infra.rest import decimal_text

DEFAULT_INTERVAL = "1m"


class Interval(admin.SimpleListFilter):
    """One interval, always: bars of several beside each other say nothing, and all of them are millions."""

    title = "interval"
    parameter_name = "interval"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word) for word in INTERVALS]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or DEFAULT_INTERVAL
        for word, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: word})
            yield {"selected": word == chosen, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(interval=self.value() or DEFAULT_INTERVAL)


class Symbol(admin.SimpleListFilter):
    """Those that have had a print."""

    title = "symbol"
    parameter_name = "symbol"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(symbol, symbol) for symbol in PrintTape.objects.order_by("symbol").values_list("symbol", flat=True)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(symbol=self.value()) if self.value() else queryset


@admin.register(CandleRow)
class CandleRowAdmin(ReadOnlyAdmin):
    """Newest first; `version` above 1 says how often prints came to a bar, late ones too."""

    list_display = ("symbol", "interval", "start", "open", "high", "low", "close", "volume", "vwap", "trades", "source", "version")
    list_display_links = None
    list_filter = (Symbol, Interval)
    date_hierarchy = "start"
    search_fields = ("symbol",)
    ordering = ("-start", "symbol", "interval")

    @admin.display(description="VWAP")
    def vwap(self, row: CandleRow) -> str | None:
        return decimal_text(vwap(row.turnover, row.volume))
