"""Sessions in the admin: who is logged in, since when and from where; to look at and to end."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.read_only import ReadOnlyAdmin
from risk.admin import people_views
from risk.models import WebSession
from risk.selectors import live


@admin.register(WebSession)
class SessionAdmin(ReadOnlyAdmin):
    """Live ones, the last used first. The data of a session is nobody's to read."""

    list_display = ("user", "started_at", "seen_at", "expire_date", "address", "agent", "revoke")
    list_filter = ("started_at",)
    list_select_related = ("user",)
    search_fields = ("user__username", "=address")
    ordering = ("-seen_at",)
    fields = ("user", "started_at", "seen_at", "expire_date", "address", "agent", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebSession]:
        return super().get_queryset(request).filter(pk__in=live(timezone.now()).values("pk"), user__isnull=False)

    @admin.display(description="")
    def revoke(self, session: WebSession) -> str:
        """The button."""
        return format_html('<a class="button" href="{}">End</a>', reverse("admin:risk_websession_revoke", args=[session.pk]))

    def get_urls(self) -> list[URLPattern]:
        revoke = path("<str:pk>/revoke/", self.admin_site.admin_view(people_views.session_revoke), name="risk_websession_revoke")
        return [revoke, *super().get_urls()]
