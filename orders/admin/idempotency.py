"""Idempotency keys in the admin: which request was answered with what. Read-only for everyone."""

from django.contrib import admin

from oms_site.infra.read_only import ReadOnlyAdmin
from orders.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("key", "user", "created_at", "orders")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("=key", "=user__username")
    search_help_text = "key or user, written in full"
    ordering = ("-id",)

    @admin.display(description="orders")
    def orders(self, key: IdempotencyKey) -> int:
        """How many the request made."""
        return len(key.order_ids)
