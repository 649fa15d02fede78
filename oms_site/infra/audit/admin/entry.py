"""The audit log in the admin: to search and read, for nobody to change."""

from django.contrib import admin

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.days import day_filter
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Newest first; found by the object, the person or the request."""

    list_display = ("created_at", "chain", "seq", "actor", "action", "object_type", "object_id", "request_id", "correlation_id")
    list_filter = ("action", "object_type", day_filter("created_at"))
    list_select_related = ("actor",)
    search_fields = ("=object_id", "=chain", "=request_id", "=correlation_id", "=actor__username")
    ordering = ("-id",)
