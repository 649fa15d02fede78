"""The audit log in the admin: to search and read, for nobody to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from oms_site.infra.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Newest first; found by the object, the person or the request."""

    list_display = ("created_at", "chain", "seq", "actor", "action", "object_type", "object_id", "request_id")
    list_filter = ("action", "object_type", "created_at")
    list_select_related = ("actor",)
    search_fields = ("=object_id", "=chain", "=request_id", "=actor__username")
    ordering = ("-id",)
    list_per_page = 100
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
