"""How settlement works, in the admin: rules, days of instruments, calendars of currencies. Each saves through one service."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from marketdata.admin.through_services import ServiceAdmin, request_id
from reporting import services
from reporting.models import CurrencyCalendar, SettlementCycle, SettlementRules
from reporting.services.settlement.rules import RULE_FIELDS

_WHY = "why; goes into the audit trail"


class ReasonForm(forms.ModelForm):
    """A form that also asks why."""

    reason = forms.CharField(max_length=200, strip=True, widget=forms.TextInput(attrs={"size": 60}), help_text=_WHY)


class RulesForm(ReasonForm):
    """Carries the version the person saw."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = SettlementRules
        fields = RULE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


class _Through(ServiceAdmin):
    """Saves through a service; the log of changes gets the reason."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return form.cleaned_data["reason"]

    @staticmethod
    def said(request: HttpRequest, form: Any) -> dict[str, Any]:
        """What every service is told."""
        return {"actor": request.user, "reason": form.cleaned_data["reason"], "now": timezone.now(), "request_id": request_id(request)}


@admin.register(SettlementRules)
class SettlementRulesAdmin(_Through):
    """One row: netting, penalties, buy-in, and the odds of the simulated houses."""

    form = RulesForm
    list_display = ("__str__", *RULE_FIELDS, "version")
    fields = ("netting", ("penalty_bps", "buy_in_days"), "seed", ("fail", "late", "partial", "mismatch"), "reason", "seen_version")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one row, from the beginning."""
        return False

    def save_model(self, request: HttpRequest, obj: SettlementRules, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in RULE_FIELDS}
        services.rules_save(values=values, expected_version=form.cleaned_data["seen_version"], **self.said(request, form))


class _ByKeyAdmin(_Through):
    """Rows of a key that stays and one value, each with its version."""

    form = ReasonForm
    key, value = "", ""

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.key, self.value, "version"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.key, self.value, "reason"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (self.key,) if obj is not None else ()


@admin.register(SettlementCycle)
class SettlementCycleAdmin(_ByKeyAdmin):
    """Instruments that do not settle on T+1."""

    key, value = "instrument", "days"

    def save_model(self, request: HttpRequest, obj: SettlementCycle, form: Any, change: bool) -> None:
        services.cycle_set(symbol=obj.pk or obj.instrument_id, days=form.cleaned_data["days"], **self.said(request, form))


@admin.register(CurrencyCalendar)
class CurrencyCalendarAdmin(_ByKeyAdmin):
    """On which days currencies are paid, where not from Monday to Friday."""

    key, value = "currency", "calendar"

    def save_model(self, request: HttpRequest, obj: CurrencyCalendar, form: Any, change: bool) -> None:
        services.currency_calendar_set(currency=obj.pk, calendar=form.cleaned_data["calendar"].pk, **self.said(request, form))
