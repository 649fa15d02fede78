"""Settings of risk in the admin, a page for each kind: what holds and what has held; the add page sets anew or asks a second person."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.errors import OmsError
from oms_site.infra.read_only import ReadOnlyAdmin
from risk import selectors, services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.domain.catalog import MODED
from risk.domain.settings import ListKind, Mode, Said, SettingScope
from risk.models import (
    Bypass,
    CashEntry,
    DailyVolume,
    Enabling,
    FxRate,
    Locate,
    PositionEntry,
    Restriction,
    RuleMode,
    Setting,
)
from schemas.units import UnitsError, to_units


class SettingForm(forms.Form):
    """What every setting's form has: why. Each kind adds its fields and says them (`said`)."""

    reason = forms.CharField(max_length=200, help_text="in your words; kept in the audit log and in the log itself")

    def __init__(self, data: Any = None, files: Any = None, instance: Any = None, initial: Any = None, **_: Any) -> None:
        super().__init__(data, files, initial=initial)
        self.instance = instance or Setting()

    def said(self, given: dict[str, Any]) -> Said:
        """The setting these fields say."""
        raise AssertionError(f"{type(self).__name__} does not say which setting its fields are")

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is an error on its field."""
        given = super().clean() or {}
        if not self.errors:
            try:
                self.wanted = self.said(given)
                services.setting_check(self.wanted, timezone.now())
            except (OmsError, UnitsError) as refusal:
                field = getattr(refusal, "field", "value")
                self.add_error(field if field in self.fields else None, getattr(refusal, "message", str(refusal)))
        return given

    def save(self, commit: bool = True) -> Setting:
        """The row is the service's to write."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing."""


def _number(help_text: str, *, label: str = "Value", least: str | None = "0.00000001") -> forms.DecimalField:
    low = None if least is None else Decimal(least)
    return forms.DecimalField(label=label, max_digits=20, decimal_places=8, min_value=low, help_text=help_text)


def _symbol() -> forms.CharField:
    return forms.CharField(label="Symbol", max_length=32)


def _account(*, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(label="Account", max_length=32, required=required, help_text=help_text)


class RuleModeForm(SettingForm):
    """A rule and its mode."""

    rule = forms.ChoiceField(choices=[(rule, rule) for rule in MODED])
    mode = forms.ChoiceField(choices=[(mode.value, mode.value) for mode in Mode], help_text="anything but enforce needs a second person")

    def said(self, given: dict[str, Any]) -> Said:
        return Said(SettingScope.RULE, given["rule"], details={"mode": given["mode"]})


class RestrictionForm(SettingForm):
    """A symbol and its list."""

    symbol = _symbol()
    account = _account(required=False, help_text="empty: of every account")
    list = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in ListKind], help_text="lifting needs a second person")

    def said(self, given: dict[str, Any]) -> Said:
        account = {"account": given["account"]} if given["account"] else {}
        return Said(SettingScope.RESTRICTION, given["symbol"], details={"list": given["list"]} | account)


class LocateForm(SettingForm):
    """How much of a symbol an account may sell short."""

    account = _account(help_text="* for every account")
    symbol = _symbol()
    value = _number("quantity that may be sold short; 0: none", label="Quantity", least="0")

    def said(self, given: dict[str, Any]) -> Said:
        return Said(SettingScope.LOCATE, f"{given['account']}/{given['symbol']}", to_units(given["value"]))


class FxRateForm(SettingForm):
    """A rate, where it comes from, and of which day it is."""

    pair = forms.CharField(max_length=7, help_text="EUR/USD: dollars for one euro")
    value = _number("units of the second currency for one of the first", label="Rate")
    source = forms.CharField(max_length=64, help_text="whose rate it is")
    date = forms.DateField(help_text="business date of the rate")

    def said(self, given: dict[str, Any]) -> Said:
        details = {"source": given["source"], "date": given["date"].isoformat()}
        return Said(SettingScope.FX, given["pair"].upper(), to_units(given["value"]), details)


class DailyVolumeForm(SettingForm):
    """A symbol's average daily volume."""

    symbol = _symbol()
    value = _number("average quantity a day", label="Volume")

    def said(self, given: dict[str, Any]) -> Said:
        return Said(SettingScope.ADV, given["symbol"], to_units(given["value"]))


class BypassForm(SettingForm):
    """An account or symbol, the rule that does not block it, and until when."""

    key = forms.CharField(label="Account or symbol", max_length=32)
    rule = forms.ChoiceField(choices=[(rule, rule) for rule in MODED])
    end = forms.BooleanField(label="Take it away now", required=False)
    effective_until = forms.SplitDateTimeField(
        label="Until (UTC)", required=False, help_text="hard expiry, at most a day from now", widget=AdminSplitDateTime
    )

    def said(self, given: dict[str, Any]) -> Said:
        until: datetime | None = given["effective_until"]
        end = None if given["end"] or until is None else selectors.moment_us(until.astimezone(UTC))
        return Said(SettingScope.BYPASS, given["key"], 0 if given["end"] else 1, {"rule": given["rule"]}, effective_until=end)


class EnablingForm(SettingForm):
    """An account or trader that may go on."""

    key = forms.CharField(label="Account or trader", max_length=150)

    def said(self, given: dict[str, Any]) -> Said:
        return Said(SettingScope.ENABLE, given["key"])


class CashForm(SettingForm):
    """A deposit or withdrawal."""

    account = _account()
    currency = forms.CharField(max_length=3, min_length=3)
    value = _number("above zero a deposit, below zero a withdrawal", label="Amount", least=None)

    def said(self, given: dict[str, Any]) -> Said:
        return Said(SettingScope.CASH, f"{given['account']}/{given['currency'].upper()}", to_units(given["value"]))


class PositionForm(SettingForm):
    """A position taken over or away."""

    account = _account()
    symbol = _symbol()
    value = _number("above zero is added, below zero taken away", label="Quantity", least=None)
    price = _number("at which it is taken over", label="Price")

    def said(self, given: dict[str, Any]) -> Said:
        key = f"{given['account']}/{given['symbol']}"
        return Said(SettingScope.POSITION, key, to_units(given["value"]), attributes={"price": to_units(given["price"])})


class SettingAdmin(ServiceAdmin):
    """What holds first. Nothing is edited: the add page sets anew what it names, and a row that stood before stays as history."""

    scope: SettingScope
    form_class: type[SettingForm]
    list_display: tuple[str, ...] = (
        "key",
        "part",
        "says",
        "current",
        "effective_until",
        "version",
        "set_at",
        "set_by",
        "reason",
        "approval",
    )
    list_filter = ("current", "set_at")
    list_select_related = ("set_by", "approval")
    search_fields = ("key", "part", "reason")
    ordering = ("-current", "key", "-version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Setting]:
        return super().get_queryset(request).filter(scope=self.scope.value)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj is not None else self.form_class

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None:
            return self.list_display
        names = [name for name in self.form_class.base_fields if name != "reason"]
        return (*names, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.list_display if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="says")
    def says(self, row: Setting) -> str:
        """Value and words."""
        parts = [] if row.value is None else [f"{row.value.normalize():f}"]
        parts += [f"{name} {value}" for name, value in sorted(row.details.items())]
        return ", ".join(parts) or "-"

    def save_model(self, request: HttpRequest, obj: Setting, form: SettingForm, change: bool) -> None:
        done = services.setting_ask_or_set(
            actor=request.user,
            said=form.wanted,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        request.setting_done = done  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Setting, message: Any) -> None:  # type: ignore[override]
        """Nothing: the audit entry is the service's, and what is only asked for has no row."""

    def response_add(self, request: HttpRequest, obj: Setting, *args: Any, **kwargs: Any) -> HttpResponse:
        done = request.setting_done  # type: ignore[attr-defined]
        if isinstance(done, ChangeRequest):
            messages.warning(request, f"Nothing is changed yet: request {done.pk} waits for a second person.")
            return HttpResponseRedirect(reverse("admin:approvals_changerequest_change", args=[done.pk]))
        messages.success(request, f"Set: {done}.")
        return HttpResponseRedirect(reverse(f"admin:risk_{self.model._meta.model_name}_changelist"))


_PAGES: tuple[tuple[type[Setting], SettingScope, type[SettingForm]], ...] = (
    (RuleMode, SettingScope.RULE, RuleModeForm),
    (Restriction, SettingScope.RESTRICTION, RestrictionForm),
    (Locate, SettingScope.LOCATE, LocateForm),
    (FxRate, SettingScope.FX, FxRateForm),
    (DailyVolume, SettingScope.ADV, DailyVolumeForm),
    (Bypass, SettingScope.BYPASS, BypassForm),
    (Enabling, SettingScope.ENABLE, EnablingForm),
    (CashEntry, SettingScope.CASH, CashForm),
    (PositionEntry, SettingScope.POSITION, PositionForm),
)
for _model, _scope, _form in _PAGES:
    admin.site.register(
        _model, type(f"{_model.__name__}Admin", (SettingAdmin,), {"scope": _scope, "form_class": _form, "__doc__": _model.__doc__})
    )


@admin.register(Setting)
class SettingHistoryAdmin(ReadOnlyAdmin):
    """Everything that was ever set, newest first, account terms included."""

    list_display = ("set_at", "scope", "key", "part", "value", "details", "current", "version", "set_by", "reason", "approval")
    list_filter = ("scope", "current", "set_at")
    list_select_related = ("set_by", "approval")
    search_fields = ("key", "part", "reason")
    ordering = ("-id",)
