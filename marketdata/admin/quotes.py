"""Latest quotes in the admin: a list to look at, with the session's statistics and what was counted of each symbol."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils import timezone

from marketdata.admin.ages import age
from marketdata.domain.quality import STALE_AFTER
from marketdata.models import LatestQuote
from marketdata.selectors import Session, from_microseconds, sessions_of_quotes, to_microseconds, vwap
from oms_site.infra.read_only import ReadOnlyAdmin
from oms_site.infra.rest import decimal_text


class _WithSessions(ChangeList):
    """Reads the sessions of a page's symbols at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        sessions = sessions_of_quotes(rows)
        for row in rows:
            row.session = sessions[row.symbol]
        self.result_list = rows


class Freshness(admin.SimpleListFilter):
    """Fresh, or too old to speak of the present."""

    title = "freshness"
    parameter_name = "freshness"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("fresh", "fresh"), ("stale", "stale")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        bound = from_microseconds(to_microseconds(timezone.now()) - STALE_AFTER)
        wanted = {"fresh": {"received_at__gte": bound}, "stale": {"received_at__lt": bound}}
        return queryset.filter(**wanted.get(self.value() or "", {}))


def _session(title: str, name: str) -> Any:
    @admin.display(description=title, empty_value="—")
    def column(row: Any) -> str | None:
        session: Session = row.session
        return decimal_text(getattr(session, name))

    return column


@admin.register(LatestQuote)
class LatestQuoteAdmin(ReadOnlyAdmin):
    """One row a symbol: quote, quality, source and age; last trade and session; quotes by quality."""

    list_display = (
        *("symbol", "bid", "ask", "bid_size", "ask_size", "quality", "source", "age", "time", "seq"),
        *(_session("last trade", "price"), _session("change", "change"), _session("open", "open"), _session("high", "high")),
        *(_session("low", "low"), _session("volume", "volume"), "vwap"),
        *("rows", "locked", "crossed", "zero", "absurd", "silences"),
    )
    list_filter = ("quality", "source", Freshness)
    search_fields = ("symbol",)
    ordering = ("symbol",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _WithSessions

    @admin.display(description="age", ordering="-received_at")
    def age(self, row: LatestQuote) -> str:
        words = age(row.received_at, timezone.now())
        old = to_microseconds(timezone.now()) - to_microseconds(row.received_at) > STALE_AFTER
        return f"{words} (stale)" if old else words

    @admin.display(description="VWAP", empty_value="—")
    def vwap(self, row: Any) -> str | None:
        return decimal_text(vwap(row.session.turnover, row.session.volume))
