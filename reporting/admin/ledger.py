"""The ledger in the admin: balances, and the proof that they are zero in sum. Read-only for everyone."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from oms_site.infra.read_only import ReadOnlyAdmin
from oms_site.infra.word_filter import word_filter
from orders.admin.filters import AccountFilter
from reporting import selectors
from reporting.domain.ledger import AssetType, Kind
from reporting.models import LedgerAccount

_NEWEST = 20


class OwnerFilter(AccountFilter):
    """Accounts the person may see, by whom the ledger account is of."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(owner=self.value())


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """By owner and asset. The page *Ledger* sums them up and counts the lines again."""

    list_display = ("owner", "kind", "asset_type", "asset", "balance")
    list_display_links = ("owner", "kind")
    list_filter = (OwnerFilter, word_filter("kind", Kind), word_filter("asset_type", AssetType))
    search_fields = ("=owner", "=asset")
    search_help_text = "owner, currency or symbol, written in full"
    ordering = ("owner", "asset_type", "asset", "kind")
    change_list_template = "admin/reporting/balances.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerAccount]:
        return selectors.balances_visible(request.user)

    def get_urls(self) -> list[URLPattern]:
        """The stock addresses and the proof."""
        return [path("proof/", self.admin_site.admin_view(ledger_proof), name="reporting_ledger"), *super().get_urls()]


def ledger_proof(request: HttpRequest) -> HttpResponse:
    """Each asset's sum, cash by account, the newest entries; with `?lines=yes` every line is counted again. Renews itself."""
    if not request.user.has_perm("reporting.view_ledgeraccount"):
        raise PermissionDenied
    lines = request.GET.get("lines") == "yes"
    entries = list(selectors.entries_visible(request.user).order_by("-id")[:_NEWEST])
    context = {
        "title": "Ledger",
        "opts": LedgerAccount._meta,
        "proof": selectors.proof(lines=lines),
        "wrong": selectors.balances_wrong() if lines else None,
        "cash": selectors.cash_told(request.user),
        "entries": entries,
        "lines": lines,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/reporting/ledger.html", admin.site.each_context(request) | context)
