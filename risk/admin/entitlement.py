"""Entitlements in the admin: who sees and who trades which account. What allows more waits for a second person."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.errors import Forbidden
from risk import services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import TYPES, Entitlement


class EntitlementForm(forms.ModelForm):
    """A right, and why it is given."""

    types = forms.MultipleChoiceField(
        label="Order types", choices=TYPES, required=False, widget=forms.CheckboxSelectMultiple, help_text="none chosen: all"
    )
    reason = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"size": 60}), help_text="for the second person who decides, where one is needed"
    )

    class Meta:
        model = Entitlement
        fields = ("user", "account", "can_trade", "side", "types", "group")

    def validate_unique(self) -> None:
        """Another right of the same user, account, side and group replaces the one that stands."""

    def validate_constraints(self) -> None:
        """As `validate_unique`; the service says what does not fit."""

    def right(self, held: Entitlement) -> services.Right:
        """What was asked for; of a right that stands, side and group are not in the form."""
        given = self.cleaned_data
        return services.Right(
            given["can_trade"], given.get("side", held.side), tuple(given["types"]), given.get("group", held.group).strip()
        )


@admin.register(Entitlement)
class EntitlementAdmin(ServiceAdmin):
    """By user; nobody changes one's own."""

    form = EntitlementForm
    list_display = ("user", "account", "can_trade", "side", "types", "group")
    list_filter = ("can_trade", "side", "group", "account")
    list_select_related = ("user", "account")
    search_fields = ("user__username", "account__code")
    autocomplete_fields = ("user", "account")
    ordering = ("user__username", "account", "side", "group")
    fields = ("user", "account", "can_trade", "side", "types", "group", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> tuple[str, ...]:
        return ("user", "account", "side", "group") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Entitlement | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.user_id != request.user.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Entitlement | None = None) -> bool:
        allowed = bool(request.user.has_perm("risk.delete_entitlement"))
        return allowed and (obj is None or obj.user_id != request.user.pk)

    def save_model(self, request: HttpRequest, obj: Entitlement, form: Any, change: bool) -> None:
        try:
            done = services.entitlement_ask(
                actor=request.user,
                user=obj.user,
                account=obj.account,
                right=form.right(obj),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                request_id=request_id(request),
            )
        except Forbidden as refusal:
            raise PermissionDenied(refusal.message) from None
        obj.pk = obj.pk or done.pk
        request.waits = done if isinstance(done, ChangeRequest) else None  # type: ignore[attr-defined] # for the answer below

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The audit log tells it; what waits has not been added."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """As `log_addition`."""

    def response_add(self, request: HttpRequest, obj: Entitlement, post_url_continue: str | None = None) -> HttpResponse:
        return self._waits(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Entitlement) -> HttpResponse:
        return self._waits(request) or super().response_change(request, obj)

    def delete_model(self, request: HttpRequest, obj: Entitlement) -> None:
        services.entitlement_remove(actor=request.user, entitlement=obj, now=timezone.now(), request_id=request_id(request))

    @staticmethod
    def _waits(request: HttpRequest) -> HttpResponse | None:
        asked: ChangeRequest | None = request.waits  # type: ignore[attr-defined]
        if asked is None:
            return None
        link = reverse("admin:approvals_changerequest_change", args=[asked.pk])
        messages.warning(
            request,
            format_html('This allows more than stands: it waits for a second person as <a href="{}">request {}</a>.', link, asked.pk),
        )
        return HttpResponseRedirect(reverse("admin:risk_entitlement_changelist"))
