"""Failed log-ins in the admin (django-axes' rows): which names are locked out from where, and the button that unlocks one."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.read_only import ReadOnlyAdmin
from risk.admin import people_views


@admin.register(AccessAttempt)
class LockAdmin(ReadOnlyAdmin):
    """Newest first. A name may be anything that was typed; nothing else of what was sent is shown."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "locked", "release")
    search_fields = ("username", "=ip_address")
    ordering = ("-attempt_time",)
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time", "locked", "release")

    @admin.display(boolean=True, description="locked out")
    def locked(self, attempt: AccessAttempt) -> bool:
        """Whether this browser's failures alone lock the name out now."""
        return (
            attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT
            and attempt.attempt_time > timezone.now() - settings.AXES_COOLOFF_TIME
        )

    @admin.display(description="")
    def release(self, attempt: AccessAttempt) -> str:
        """The button."""
        return format_html('<a class="button" href="{}">Unlock</a>', reverse("admin:axes_accessattempt_release", args=[attempt.pk]))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(people_views.lock_release)
        return [path("<int:pk>/release/", view, name="axes_accessattempt_release"), *super().get_urls()]
