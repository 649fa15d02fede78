"""Kills in the admin: one click with a typed reason stops a scope; its page shows what is still open; two others' agreement releases it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.errors import OmsError
from risk import selectors, services
from risk.admin import views
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import Kill


class KillForm(forms.ModelForm):
    """What to stop, and why."""

    class Meta:
        model = Kill
        fields = ("scope", "key", "spare_reducing", "reason")
        help_texts = {
            "key": "desk, account, user or symbol; empty for the firm",
            "reason": "in your words. On the button new orders and increases are rejected at once and open orders canceled; "
            "to release it takes two persons",
        }

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is an error on its field."""
        given = super().clean() or {}
        if not self.errors:
            try:
                services.kill_check(given["scope"], given["key"], given["reason"])
            except OmsError as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return given

    def validate_unique(self) -> None:
        """A scope that is killed already stays so: the service answers with the kill in force."""

    def validate_constraints(self) -> None:
        """As `validate_unique`."""


@admin.register(Kill)
class KillAdmin(ServiceAdmin):
    """Newest first; a kill is set on the add page, released by its button, never edited."""

    form = KillForm
    list_display = (
        "id",
        "scope",
        "key",
        "stands",
        "still_open",
        "reason",
        "set_at",
        "set_by",
        "flat_at",
        "released_at",
        "released_by",
        "release",
    )
    list_filter = ("scope", "released_at")
    list_select_related = ("set_by", "released_by")
    search_fields = ("key", "reason")
    ordering = ("-id",)
    fields = ("scope", "key", "spare_reducing", "reason")
    change_form_template = "admin/risk/kill.html"

    @admin.display(description="state")
    def stands(self, kill: Kill) -> str:
        """killing, flat or released."""
        return kill.state

    @admin.display(description="still open")
    def still_open(self, kill: Kill) -> str:
        """Orders of the scope that are open, while it is in force."""
        if kill.released_at is not None:
            return "-"
        still = selectors.still_open(kill)
        return f"{still.left:,}" + (f" (+{still.spared:,} only reducing)" if still.spared else "")

    @admin.display(description="", empty_value="")
    def release(self, kill: Kill) -> str:
        """The button, while the kill is in force."""
        if kill.released_at is not None:
            return ""
        return format_html('<a class="button" href="{}">Release</a>', reverse("admin:risk_kill_release", args=[kill.pk]))

    def get_fields(self, request: HttpRequest, obj: Kill | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("scope", "key", "spare_reducing", "reason")
        return (
            "scope",
            "key",
            "spare_reducing",
            "reason",
            "set_at",
            "set_by",
            "flat_at",
            "released_at",
            "released_by",
            "approval",
            "release",
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/release/", view(views.kill_release), name="risk_kill_release"),
            path("<int:pk>/state/", view(kill_state), name="risk_kill_state"),
        ]
        return [*own, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Kill, form: Any, change: bool) -> None:
        kill, _ = services.kill_set(
            actor=request.user,
            scope=obj.scope,
            key=obj.key,
            spare_reducing=obj.spare_reducing,
            reason=obj.reason,
            now=timezone.now(),
            request_id=request_id(request),
        )
        obj.pk = kill.pk

    def response_add(self, request: HttpRequest, obj: Kill, *args: Any, **kwargs: Any) -> HttpResponse:
        """To the page that shows what is still open."""
        self.message_user(request, f"Stopped: {obj}.")
        return HttpResponseRedirect(reverse("admin:risk_kill_change", args=[obj.pk]))


def kill_state(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still open of a kill's scope, for its page."""
    if not request.user.has_perm("risk.view_kill"):
        raise PermissionDenied
    kill = get_object_or_404(Kill, pk=pk)
    still = selectors.still_open(kill) if kill.released_at is None else selectors.StillOpen(0, 0)
    return JsonResponse({"state": kill.state, "open_left": still.left, "open_spared": still.spared})
