"""Fee schedules in the admin: what holds, what has held; the form to add asks a second person."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reporting import services
from reporting.admin.fee_form import FeeScheduleForm
from reporting.models import FeeSchedule
from risk.admin.through_services import ServiceAdmin, request_id


@admin.register(FeeSchedule)
class FeeScheduleAdmin(ServiceAdmin):
    """The newest first. Nothing is edited: what is to change is a schedule that follows, agreed on by two people."""

    list_display = (
        *("id", "name", "account", "group", "currency", "tiers", "minimum", "maximum", "tax_bps", "tax_side"),
        *("effective_from", "set_at", "reason", "approval"),
    )
    list_filter = ("currency", "effective_from")
    list_select_related = ("approval",)
    search_fields = ("name", "=account", "=group")
    search_help_text = "name, account or group"
    ordering = ("-effective_from", "-id")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj is not None else FeeScheduleForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(FeeScheduleForm.base_fields) if obj is None else (*self.list_display, "symbols")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else (*self.list_display, "symbols")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FeeSchedule, form: FeeScheduleForm, change: bool) -> None:
        request.asked = services.schedule_request(  # type: ignore[attr-defined]
            actor=request.user,
            wanted=form.wanted,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )

    def log_addition(self, request: HttpRequest, obj: FeeSchedule, message: Any) -> None:  # type: ignore[override]
        """Nothing: the audit entry is the service's, and what is only asked for has no row."""

    def response_add(self, request: HttpRequest, obj: FeeSchedule, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.asked  # type: ignore[attr-defined]
        messages.warning(request, f"Nothing is changed yet: request {asked.pk} waits for a second person.")
        return HttpResponseRedirect(reverse("admin:approvals_changerequest_change", args=[asked.pk]))
