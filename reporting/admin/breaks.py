"""Breaks between the log and the tables. Read-only for everyone: the drop copy finds and clears them."""

from django.contrib import admin

from oms_site.infra.read_only import ReadOnlyAdmin
from reporting.models import Break


class OpenFilter(admin.SimpleListFilter):
    """Those that still differ, or those that agree again."""

    title = "state"
    parameter_name = "open"

    def lookups(self, request, model_admin):  # type: ignore[no-untyped-def] # as Django's
        return [("yes", "differs"), ("no", "agrees again")]

    def queryset(self, request, queryset):  # type: ignore[no-untyped-def] # as Django's
        return queryset if self.value() is None else queryset.filter(cleared_at__isnull=self.value() == "yes")


@admin.register(Break)
class BreakAdmin(ReadOnlyAdmin):
    """Newest first; times are UTC, `seq` is the account's record at which both were read."""

    list_display = ("found_at", "kind", "account", "subject", "field", "expected", "actual", "seq", "cleared_at")
    list_filter = (OpenFilter, "kind", "found_at")
    search_fields = ("=account", "=subject")
    search_help_text = "account, order, symbol or trade, written in full"
    ordering = ("-id",)
