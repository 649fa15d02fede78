"""The house's liquidity in the admin: a row an instrument with what it does now, its settings, and a switch for many."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from marketdata import services
from marketdata.admin.ages import age
from marketdata.admin.through_services import ServiceAdmin, request_id
from marketdata.models import HouseQuoting
from marketdata.selectors.house import house_now
from oms_site.infra.asking import REASON, Question, ask
from oms_site.infra.rest import decimal_text

SILENT_AFTER = 15
"""Seconds after which what was told last is no longer what is: the worker tells everything every five."""
_NONE = "-"


class HouseForm(forms.ModelForm):
    """Carries the version the person saw, and why it changes."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        max_length=200, strip=True, widget=forms.TextInput(attrs={"size": 60}), help_text="why; goes into the audit trail"
    )

    class Meta:
        model = HouseQuoting
        fields = services.HOUSE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


@admin.register(HouseQuoting)
class HouseQuotingAdmin(ServiceAdmin):
    """Dense list: switch, state, inventory, own best and the market's; the form saves through `services.house_save`."""

    form = HouseForm
    list_display = (
        *("symbol", "on", "state", "inventory", "profit", "bid", "market", "ask", "orders", "refusals"),
        *("levels", "step", "size", "skew", "max_inventory", "min_spread", "interval_ms", "version", "told"),
    )
    list_filter = ("on", "instrument__group", "instrument__currency")
    search_fields = ("instrument__symbol", "instrument__name")
    ordering = ("instrument",)
    actions = ("turn_on", "turn_off")
    fields = (
        ("on", "levels", "step", "size"),
        ("skew", "max_inventory"),
        ("min_spread", "interval_ms"),
        "reason",
        "seen_version",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A row comes with its instrument."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if services.allowed(request.user, services.DESK) else {}

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        changes.result_list = house_now(changes.result_list)
        return changes

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(switch)
        return [path("switch/<str:way>/", view, name="marketdata_housequoting_switch"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: HouseQuoting, form: Any, change: bool) -> None:
        services.house_save(
            actor=request.user,
            symbol=obj.pk,
            values={name: form.cleaned_data[name] for name in services.HOUSE_FIELDS},
            expected_version=form.cleaned_data["seen_version"],
            reason=form.cleaned_data["reason"],
            request_id=request_id(request),
            now=timezone.now(),
        )

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return form.cleaned_data["reason"]

    @admin.action(description="Turn quoting on")
    def turn_on(self, request: HttpRequest, rows: QuerySet[HouseQuoting]) -> HttpResponse:
        return _to_switch("on", rows)

    @admin.action(description="Turn quoting off")
    def turn_off(self, request: HttpRequest, rows: QuerySet[HouseQuoting]) -> HttpResponse:
        return _to_switch("off", rows)

    @admin.display(description="symbol", ordering="instrument")
    def symbol(self, row: Any) -> str:
        return str(row.pk)

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        """As the worker told it; when nobody tells any more, that is the state."""
        told = row.now.told
        if told is None or (timezone.now() - told.told_at).total_seconds() > SILENT_AFTER:
            return "unknown: the worker is silent"
        return f"{told.state}: {told.why}" if told.why else told.state

    @admin.display(description="inventory")
    def inventory(self, row: Any) -> str:
        return _text(row.now.told and row.now.told.inventory)

    @admin.display(description="P&L")
    def profit(self, row: Any) -> str:
        """Realised and at the newest good quote, in the instrument's currency."""
        return _NONE if row.now.profit is None else f"{row.now.profit:,.2f}"

    @admin.display(description="own bid")
    def bid(self, row: Any) -> str:
        told = row.now.told
        return _NONE if told is None or told.bid is None else f"{_text(told.bid)} x {_text(told.bid_size)}"

    @admin.display(description="market")
    def market(self, row: Any) -> str:
        quote = row.now.quote
        return _NONE if quote is None else f"{_text(quote.bid)} / {_text(quote.ask)}"

    @admin.display(description="own ask")
    def ask(self, row: Any) -> str:
        told = row.now.told
        return _NONE if told is None or told.ask is None else f"{_text(told.ask)} x {_text(told.ask_size)}"

    @admin.display(description="orders")
    def orders(self, row: Any) -> str:
        return _NONE if row.now.told is None else str(row.now.told.orders)

    @admin.display(description="refusals")
    def refusals(self, row: Any) -> str:
        """Since the worker started, and the last one's code."""
        told = row.now.told
        return _NONE if told is None else f"{told.refusals} {told.refused_with}".strip()

    @admin.display(description="told")
    def told(self, row: Any) -> str:
        return _NONE if row.now.told is None else age(row.now.told.told_at, timezone.now())


def switch(request: HttpRequest, way: str) -> HttpResponse:
    """Ask why, then turn quoting on or off for the instruments the address names."""
    if way not in {"on", "off"}:
        raise Http404
    if not request.user.has_perm("marketdata.view_housequoting") or not services.allowed(request.user, services.DESK):
        raise PermissionDenied
    symbols = [symbol for symbol in request.GET.get("symbols", "").split(",") if symbol]
    effect = "begins with their next good quote" if way == "on" else "ends at once: their quotes are taken out of the book"
    question = Question(
        title=f"Turn the house's quoting {way}",
        question=f"The house's quoting of these instruments {effect}.",
        button=f"Turn {way}",
        facts={"Instruments": ", ".join(symbols)},
        inputs=(REASON,),
    )

    def act(given: Mapping[str, str]) -> str:
        changed = services.house_switch(
            actor=request.user,
            symbols=symbols,
            on=way == "on",
            reason=given["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        return f"Turned {way}: {', '.join(changed) or 'none, all were so before'}."

    return ask(request, HouseQuoting, question, act)


def _to_switch(way: str, rows: QuerySet[HouseQuoting]) -> HttpResponse:
    symbols = ",".join(rows.order_by("pk").values_list("pk", flat=True))
    return HttpResponseRedirect(f"{reverse('admin:marketdata_housequoting_switch', args=[way])}?symbols={symbols}")


def _text(value: Decimal | None) -> str:
    return decimal_text(value) or _NONE
