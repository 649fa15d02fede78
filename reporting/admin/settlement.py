"""Settlement in the admin: every instruction with its timeline, and the queue of fails with what the desk does about them.

Read-only for everyone but for the buttons of a fail: instructions follow from trades, the calendar and what the houses say.
"""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from marketdata.services.access import allowed
from oms_site.infra.word_filter import word_filter
from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsKeysetAdmin
from reporting import selectors
from reporting.admin import settlement_views as views
from reporting.admin.settlement_page import instruction_page
from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation
from reporting.selectors.settlement import AGES
from reporting.services.settlement.access import SETTLEMENT_DESK

BUTTONS = {"own": "Take", "retry": "Retry", "buy-in": "Buy in"}
_ANY = "any"


class LateFilter(admin.SimpleListFilter):
    """Fails, by the calendar days since they were due."""

    title = "failed"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(_ANY, "any age"), *((name, f"{name} day{'' if name == '1' else 's'} late") for name, _ in AGES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        failed, today, first = queryset.filter(status=State.FAILED.value), timezone.now().date(), 0
        for name, last in AGES:
            if name == self.value():
                rows = failed if first == 0 else failed.filter(settlement_date__lte=today - timedelta(days=first))
                return rows if name == AGES[-1][0] else rows.filter(settlement_date__gte=today - timedelta(days=last))
            first = last + 1
        return failed


@admin.register(SettlementObligation)
class SettlementObligationAdmin(OwnAccountsKeysetAdmin):
    """Those that are due last first; found by trade or account. *Failed: any age* is the queue of fails."""

    list_display = (
        *("id", "trade_id", "account_id", "symbol_id", "side", "quantity", "settled_quantity", "amount", "currency"),
        *("trade_date", "settlement_date", "status", "late", "reason", "owner", "revision", "reversal", "updated_at"),
    )
    list_filter = (LateFilter, word_filter("status", State), "settlement_date", AccountFilter, "symbol", "reversal")
    list_select_related = ("owner",)
    time_field = "settlement_date"
    search_by = ("id", "trade_id", "account", "symbol")
    search_help_text = "instruction, trade, account or symbol, written in full"
    change_form_template = "admin/reporting/settlement.html"

    @admin.display(description="days late")
    def late(self, row: SettlementObligation) -> str:
        """Calendar days after its date, while it is open."""
        days = selectors.days_open(row, timezone.now().date())
        return str(days) if days else ""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> HttpResponse:
        """The page with its timeline, and the buttons that this person may press while it has failed."""
        row = options.get("obj")
        if row is not None:
            context |= {**instruction_page(row, timezone.now()), "buttons": self._buttons(request, row)}
        return super().render_change_form(request, context, *args, **options)

    def _buttons(self, request: HttpRequest, row: SettlementObligation) -> list[str]:
        """The service refuses who may not press one; a page shows only those that would be let through."""
        if row.status != State.FAILED or not allowed(request.user, SETTLEMENT_DESK):
            return []
        return [
            format_html('<a class="button" href="{}">{}</a>', reverse(f"admin:reporting_settlement_{name}", args=[row.pk]), words)
            for name, words in BUTTONS.items()
        ]

    def get_urls(self) -> list[URLPattern]:
        pages = {"own": views.fail_own, "retry": views.fail_retry, "buy-in": views.fail_buy_in}
        view = self.admin_site.admin_view
        own = [path(f"<str:pk>/{name}/", view(page), name=f"reporting_settlement_{name}") for name, page in pages.items()]
        return [*own, *super().get_urls()]
