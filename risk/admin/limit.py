"""Limits in the admin, beside what uses them. Tightening is saved; loosening asks a second person."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.errors import InvalidInput, OmsError
from oms_site.infra.read_only import ReadOnlyAdmin
from risk import services
from risk.admin import limit_files
from risk.admin.headroom import LimitList, headroom
from risk.admin.through_services import ServiceAdmin, request_id
from risk.domain.limits import FIRM, OPTIONAL, UNITS, Rule
from risk.models import Limit, LimitVersion


class LimitForm(forms.ModelForm):
    """A limit, with the version the person saw: a form that has been overtaken is told so."""

    rule = forms.ChoiceField(choices=[(rule.value, f"{rule.value}: {UNITS[rule]}") for rule in Rule])
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    reason = forms.CharField(max_length=200, required=False, help_text="needed for what lets more through: a second person reads it")

    class Meta:
        model = Limit
        fields = ("scope", "key", "rule", "value", "effective_from", "effective_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
            self.initial["effective_from"] = None

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is an error on its field."""
        given = super().clean() or {}
        value = given.get("value")
        if value is None or self.errors:
            return given
        scope, key, rule = (given.get(name, getattr(self.instance, name)) for name in ("scope", "key", "rule"))
        try:
            change = services.LimitChange(
                scope=scope,
                key=key,
                rule=rule,
                value=value,
                effective_from=given.get("effective_from"),
                effective_until=given.get("effective_until"),
                seen=given.get("seen_version") or 0,
            )
            plan = services.limit_plan(change, timezone.now())
            if plan.loosened and len(given.get("reason", "").strip()) < 3:
                raise InvalidInput("reason: this lets more through, so a second person has to agree: say why", field="reason")
        except OmsError as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return given

    def validate_unique(self) -> None:
        """The service knows which version a limit of this name is at."""

    def validate_constraints(self) -> None:
        """As `validate_unique`."""


@admin.register(Limit)
class LimitAdmin(ServiceAdmin):
    """By rule, the firm's first. Scope, key and rule of a limit never change."""

    form = LimitForm
    list_display = (
        "rule",
        "scope",
        "key",
        "value",
        "unit",
        "used",
        "effective_from",
        "effective_until",
        "version",
        "updated_at",
        "updated_by",
    )
    list_filter = ("rule", "scope")
    list_select_related = ("updated_by",)
    search_fields = ("key", "rule")
    ordering = ("rule", "scope", "key")
    fields = ("scope", "key", "rule", "value", "effective_from", "effective_until", "reason", "seen_version")
    change_list_template = "admin/risk/limits.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LimitList]:
        return LimitList

    @admin.display(description="unit")
    def unit(self, limit: Limit) -> str:
        """What the value counts."""
        return UNITS[Rule(limit.rule)]

    @admin.display(description="")
    def remove(self, limit: Limit) -> str:
        """The button that asks for its removal, where it may be removed."""
        if limit.scope == FIRM and limit.rule not in OPTIONAL:
            return ""
        return format_html('<a class="button" href="{}">Remove</a>', reverse("admin:risk_limit_remove", args=[limit.pk]))

    @admin.display(description="used most by")
    def used(self, limit: Limit) -> str:
        """The account that uses most of the limit of this rule that binds it, where this one is the one that binds."""
        return headroom(limit)

    def get_fields(self, request: HttpRequest, obj: Limit | None = None) -> tuple[str, ...]:
        if obj is None or not self.has_change_permission(request, obj):
            return (*self.fields[:6], "unit", "used") if obj else self.fields
        return (*self.fields, "unit", "used", "remove")

    def get_readonly_fields(self, request: HttpRequest, obj: Limit | None = None) -> tuple[str, ...]:
        return ("scope", "key", "rule", "unit", "used", "remove") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("export/", view(limit_files.export), name="risk_limit_export"),
            path("import/", view(limit_files.import_), name="risk_limit_import"),
            path("<int:pk>/remove/", view(limit_files.remove), name="risk_limit_remove"),
        ]
        return [*own, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Limit, form: Any, change: bool) -> None:
        terms = services.LimitChange(
            scope=obj.scope,
            key=obj.key,
            rule=obj.rule,
            value=obj.value,
            effective_from=form.cleaned_data.get("effective_from"),
            effective_until=form.cleaned_data.get("effective_until"),
            seen=form.cleaned_data.get("seen_version") or 0,
        )
        done = services.limits_set_or_ask(
            actor=request.user,
            changes=[terms],
            reason=form.cleaned_data.get("reason", "").strip(),
            now=timezone.now(),
            request_id=request_id(request),
        )
        if done.asked is None:
            obj.pk = Limit.objects.get(scope=obj.scope, key=obj.key, rule=obj.rule).pk
        request.limits_asked = done.asked  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Limit, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._asked(request) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Limit, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._asked(request) or super().response_change(request, obj, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: Limit, message: Any) -> None:  # type: ignore[override]
        """Nothing: the audit entry is the service's, and what is only asked for has no row."""

    def log_change(self, request: HttpRequest, obj: Limit, message: Any) -> None:  # type: ignore[override]
        """As `log_addition`."""

    def _asked(self, request: HttpRequest) -> HttpResponse | None:
        asked = getattr(request, "limits_asked", None)
        if asked is None:
            return None
        messages.warning(request, f"Nothing is changed yet: this lets more through, so request {asked.pk} waits for a second person.")
        return HttpResponseRedirect(reverse("admin:approvals_changerequest_change", args=[asked.pk]))


@admin.register(LimitVersion)
class LimitVersionAdmin(ReadOnlyAdmin):
    """Newest first: what each limit has been, who set it, who agreed."""

    list_display = (
        "set_at",
        "rule",
        "scope",
        "key",
        "version",
        "value",
        "effective_from",
        "effective_until",
        "set_by",
        "reason",
        "approval",
    )
    list_filter = ("rule", "scope", "set_at")
    list_select_related = ("set_by", "approval")
    search_fields = ("=key", "=rule", "reason")
    ordering = ("-id",)
