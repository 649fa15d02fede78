"""Kills in the admin: set with a typed reason and a confirmation, released by another person."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.errors import OmsError
from risk import services
from risk.admin import views
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import Kill


class KillForm(forms.ModelForm):
    """What to stop, and why."""

    confirm = forms.BooleanField(
        label="Yes, stop it",
        help_text="New orders and increases are rejected at once and open orders canceled; only another person can release it.",
    )

    class Meta:
        model = Kill
        fields = ("scope", "key", "reason")
        help_texts = {"key": "account code; empty for the firm"}

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
    list_display = ("id", "scope", "key", "reason", "set_at", "set_by", "released_at", "released_by", "release")
    list_filter = ("scope", "released_at")
    list_select_related = ("set_by", "released_by")
    search_fields = ("key", "reason")
    ordering = ("-id",)
    fields = ("scope", "key", "reason", "confirm")

    @admin.display(description="")
    def release(self, kill: Kill) -> str:
        """The button, while the kill is in force."""
        if kill.released_at is not None:
            return ""
        return format_html('<a class="button" href="{}">Release</a>', reverse("admin:risk_kill_release", args=[kill.pk]))

    def get_fields(self, request: HttpRequest, obj: Kill | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("scope", "key", "reason", "confirm")
        return ("scope", "key", "reason", "set_at", "set_by", "released_at", "released_by", "release")

    def get_urls(self) -> list[URLPattern]:
        release = path("<int:pk>/release/", self.admin_site.admin_view(views.kill_release), name="risk_kill_release")
        return [release, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Kill, form: Any, change: bool) -> None:
        kill, _ = services.kill_set(
            actor=request.user,
            scope=obj.scope,
            key=obj.key,
            reason=obj.reason,
            now=timezone.now(),
            request_id=request_id(request),
        )
        obj.pk = kill.pk
