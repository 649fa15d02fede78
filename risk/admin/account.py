"""Accounts in the admin. They are never deleted, only set inactive."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from risk import selectors, services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.domain.rule_use import RuleUse
from risk.models import Account, Entitlement
from schemas.units import format_units, grouped


class AccountForm(forms.ModelForm):
    """An account, and why it may do more, if it may."""

    reason = forms.CharField(max_length=200, required=False, help_text="needed to activate an account again: a second person reads it")


class EntitlementInline(admin.TabularInline):
    """Who may use the account; changed on the page of entitlements."""

    model = Entitlement
    fields = readonly_fields = ("user", "can_trade", "side", "types", "group")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(ServiceAdmin):
    """By code; code and kind stay as they were made."""

    list_display = ("code", "name", "kind", "desk", "currency", "active", "close_only", "self_trade_group")
    list_filter = ("kind", "desk", "active", "currency", "self_trade_group")
    list_select_related = ("desk",)
    search_fields = ("code", "name")
    ordering = ("code",)
    form = AccountForm
    fields = ("code", "name", "kind", "desk", "currency", "active", "close_only", "self_trade_group")
    inlines = (EntitlementInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        return ("code", "kind", "uses", "stop") if obj else ()

    @admin.display(description="use of limits")
    def uses(self, account: Account) -> str:
        """What the account uses of each limit, whose it is that binds, and what is left."""
        exposure = selectors.exposures_of([account.pk]).first()
        if exposure is None:
            return "nothing has been told yet"
        uses = selectors.Utilisation(timezone.now()).rules_of(exposure)
        rows = ((*_told(use), _number(use.headroom)) for use in uses if use.limit is not None)
        row = '<tr><td><span class="use use-{}">{} {} <b>{} %</b></span></td><td>{} of {}</td><td>{}</td><td>{} left</td></tr>'
        return format_html("<table>{}</table>", format_html_join("", row, rows))

    @admin.display(description="")
    def stop(self, account: Account) -> str:
        """The way to a kill of this account."""
        query = urlencode({"scope": "account", "key": account.pk})
        return format_html('<a class="button" href="{}?{}">Stop this account</a>', reverse("admin:risk_kill_add"), query)

    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        if obj is None:
            return self.fields
        change = ("reason",) if self.has_change_permission(request, obj) else ()
        return (*self.fields, *change, "uses", "stop")

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        stands = Account.objects.filter(pk=obj.pk).first() if change else None
        if stands is not None and services.lets_more(stands, active=obj.active, close_only=obj.close_only):
            asked = services.account_state_request(
                actor=request.user,
                account=stands,
                active=obj.active,
                close_only=obj.close_only,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                request_id=request_id(request),
            )
            messages.warning(request, f"It may not do more yet: request {asked.pk} waits for a second person.")
            obj.active, obj.close_only = stands.active, stands.close_only
        services.account_save(
            actor=request.user,
            code=obj.code,
            name=obj.name,
            kind=obj.kind,
            currency=obj.currency,
            active=obj.active,
            close_only=obj.close_only,
            self_trade_group=obj.self_trade_group,
            desk=obj.desk_id or "",
            now=timezone.now(),
            request_id=request_id(request),
        )


def _number(units: int | None) -> str:
    return "-" if units is None else grouped(format_units(units))


def _told(use: RuleUse) -> tuple[str, str, str, int | None, str, str, str]:
    """Level, rule, symbol, percent, used, limit, and whose limit it is."""
    limit = use.limit
    whose = "" if limit is None else f"limit of {limit.scope} {limit.key}".rstrip()
    return (
        use.level.value,
        use.rule.value,
        use.symbol,
        use.percent,
        _number(use.used),
        _number(None if limit is None else limit.value),
        whose,
    )
