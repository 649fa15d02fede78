"""Limits in the admin. Saving goes through the service: row, audit entry and control in the log together, or nothing."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from oms_site.infra.errors import OmsError
from risk import services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.domain.limits import FIRM, UNITS, Rule
from risk.models import Limit


class LimitForm(forms.ModelForm):
    """A limit, with the version the person saw: a form that has been overtaken is told so."""

    rule = forms.ChoiceField(choices=[(rule.value, f"{rule.value}: {UNITS[rule]}") for rule in Rule])
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    class Meta:
        model = Limit
        fields = ("scope", "key", "rule", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is an error on its field."""
        given = super().clean() or {}
        value = given.get("value")
        if value is None or self.errors:
            return given
        names = {name: given.get(name, getattr(self.instance, name)) for name in ("scope", "key", "rule")}
        try:
            services.limit_check(**names, value=value, expected_version=given.get("seen_version") or 0)
        except OmsError as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return given


@admin.register(Limit)
class LimitAdmin(ServiceAdmin):
    """By rule, the firm's first. Scope, key and rule of a limit never change."""

    form = LimitForm
    list_display = ("rule", "scope", "key", "value", "unit", "version", "updated_at", "updated_by")
    list_filter = ("rule", "scope")
    list_select_related = ("updated_by",)
    search_fields = ("key", "rule")
    ordering = ("rule", "key")
    fields = ("scope", "key", "rule", "value", "seen_version")

    @admin.display(description="unit")
    def unit(self, limit: Limit) -> str:
        """What the value counts."""
        return UNITS[Rule(limit.rule)]

    def get_readonly_fields(self, request: HttpRequest, obj: Limit | None = None) -> tuple[str, ...]:
        return ("scope", "key", "rule") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Limit | None = None) -> bool:
        allowed = request.user.has_perm("risk.delete_limit")
        return bool(allowed and obj is not None and obj.scope != FIRM)

    def save_model(self, request: HttpRequest, obj: Limit, form: Any, change: bool) -> None:
        saved = services.limit_set(
            actor=request.user,
            scope=obj.scope,
            key=obj.key,
            rule=obj.rule,
            value=obj.value,
            expected_version=form.cleaned_data.get("seen_version") or 0,
            now=timezone.now(),
            request_id=request_id(request),
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Limit) -> None:
        services.limit_remove(actor=request.user, limit=obj, now=timezone.now(), request_id=request_id(request))
