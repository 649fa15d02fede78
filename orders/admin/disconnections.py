"""Lost connections of traders and what became of them. Read-only for everyone: the stream and the clock write it."""

from django.contrib import admin

from oms_site.infra.read_only import ReadOnlyAdmin
from orders.models import Disconnection


@admin.register(Disconnection)
class DisconnectionAdmin(ReadOnlyAdmin):
    """Newest first; times are UTC."""

    list_display = ("lost_at", "user", "wanted_by", "grace", "state", "ended_at", "orders")
    list_filter = ("state", "asked", "lost_at")
    list_select_related = ("user",)
    search_fields = ("=user__username", "=account")
    search_help_text = "user or account, written in full"
    ordering = ("-id",)

    @admin.display(description="wanted by")
    def wanted_by(self, lost: Disconnection) -> str:
        """Whose wish it is that orders are canceled."""
        if lost.asked:
            return "the session"
        return f"limit of account {lost.account}" if lost.account else "limit of firm or trader"

    @admin.display(description="grace", ordering="grace_seconds")
    def grace(self, lost: Disconnection) -> str:
        """With its unit."""
        return f"{lost.grace_seconds} s"
