"""Cost methods in the admin: by which each account's results are reckoned."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone

from reporting import selectors, services
from reporting.admin.profit import profit_page
from reporting.models import CostMethod
from risk.admin.through_services import ServiceAdmin, request_id


@admin.register(CostMethod)
class CostMethodAdmin(ServiceAdmin):
    """The firm's, and those of accounts that have one of their own."""

    list_display = ("whose", "method", "set_at", "reason")
    ordering = ("account",)
    fields = ("account", "method", "reason")
    change_list_template = "admin/reporting/cost_methods.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CostMethod]:
        return selectors.cost_methods_visible(request.user)

    @admin.display(description="account")
    def whose(self, row: CostMethod) -> str:
        """The account, or all others."""
        return row.account or "every other account"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("account",)

    def save_model(self, request: HttpRequest, obj: CostMethod, form: Any, change: bool) -> None:
        row = services.cost_method_set(
            actor=request.user,
            account=obj.account,
            method=form.cleaned_data["method"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        obj.pk = row.pk

    def log_addition(self, request: HttpRequest, obj: CostMethod, message: Any) -> None:  # type: ignore[override]
        """Nothing: the audit entry is the service's."""

    def log_change(self, request: HttpRequest, obj: CostMethod, message: Any) -> None:  # type: ignore[override]
        """As `log_addition`."""

    def get_urls(self) -> list[URLPattern]:
        """The stock addresses and the results."""
        return [path("profit/", self.admin_site.admin_view(profit_page), name="reporting_profit"), *super().get_urls()]
