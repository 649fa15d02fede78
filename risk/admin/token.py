"""API tokens in the admin: to look at and to revoke. Only hashes are stored, so there is nothing to copy."""

from django.contrib import admin
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.read_only import ReadOnlyAdmin
from risk.admin import views
from risk.models import ApiToken


@admin.register(ApiToken)
class TokenAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("hint", "user", "created_at", "expires_at", "revoked_at", "revoke")
    list_filter = ("created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "=hint")
    ordering = ("-created_at",)
    fields = ("hint", "user", "created_at", "expires_at", "revoked_at", "revoke")

    @admin.display(description="")
    def revoke(self, token: ApiToken) -> str:
        """The button, while the token is live."""
        if token.revoked_at is not None or token.expires_at <= timezone.now():
            return ""
        return format_html('<a class="button" href="{}">Revoke</a>', reverse("admin:risk_apitoken_revoke", args=[token.pk]))

    def get_urls(self) -> list[URLPattern]:
        revoke = path("<str:pk>/revoke/", self.admin_site.admin_view(views.token_revoke), name="risk_apitoken_revoke")
        return [revoke, *super().get_urls()]
