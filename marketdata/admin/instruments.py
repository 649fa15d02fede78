"""Instruments in the admin: added and changed through the service alone, so that the workers hear of it; their markets beside them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from marketdata import services
from marketdata.admin import views
from marketdata.admin.actions import ACTIONS, words
from marketdata.admin.ages import age
from marketdata.admin.listing import LISTING
from marketdata.admin.through_services import ServiceAdmin, request_id
from marketdata.models import Instrument
from marketdata.selectors.markets import with_markets
from schemas.enums import Phase


class InstrumentForm(forms.ModelForm):
    """Carries the version the person saw, so that a change made meanwhile is not overwritten unseen."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    reason = forms.CharField(
        max_length=200,
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text="why; needed for a change of calendar, band, pause or jump, and kept with any",
    )

    class Meta:
        model = Instrument
        fields = ("symbol", *services.FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version if self.instance.pk else 0

    def clean(self) -> dict[str, Any]:
        """What the service would refuse for want of a reason is an error on its field."""
        given = super().clean() or {}
        if self.instance.pk and set(self.changed_data) & set(services.MARKET_FIELDS) and not given.get("reason"):
            self.add_error("reason", "say why the market's calendar, band, pause or jump changes")
        return given


@admin.register(Instrument)
class InstrumentAdmin(ServiceAdmin):
    """Dense list with each market's phase and buttons; the form saves through `services.instrument_save`."""

    form = InstrumentForm
    list_display = (
        "symbol",
        "market",
        "name",
        "calendar",
        "mic",
        "currency",
        "tick",
        "lot",
        "max_quantity",
        "reference_price",
        "band",
        "jump",
        "listing",
        "version",
    )
    list_filter = ("tradable", "delisted", "calendar", "group", "mic", "currency")
    list_select_related = ("calendar",)
    search_fields = ("symbol", "name")
    ordering = ("symbol",)
    fieldsets = (
        (None, {"fields": (("symbol", "name"), ("mic", "cfi", "currency"), "group", "seen_version")}),
        ("Terms", {"fields": (("tick", "lot"), "max_quantity", "tradable")}),
        ("Market", {"fields": ("reference_price", "calendar", ("band", "pause_seconds"), "jump", "reason")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        return with_markets(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        symbol, market, *others = super().get_list_display(request)
        return [symbol, market, *_buttons(request), *others]

    def get_fieldsets(self, request: HttpRequest, obj: Instrument | None = None) -> list[Any]:
        first, *others = super().get_fieldsets(request, obj)
        return [first, *others] if obj is None else [first, ("Market now", {"fields": ("market", *_buttons(request))}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Instrument | None = None) -> tuple[Any, ...]:
        return () if obj is None else ("symbol", "market", *_buttons(request))

    @admin.display(description="listing", ordering="tradable")
    def listing(self, row: Instrument) -> str:
        return row.listing

    @admin.display(description="market", ordering="market_phase", empty_value="continuous")
    def market(self, row: Any) -> str:
        """The phase as last projected, and since when."""
        phase = words(row.market_phase or Phase.CONTINUOUS.value)
        auction = f" ({row.market_auction})" if row.market_auction else ""
        return f"{phase}{auction}" + (f", {age(row.market_since, timezone.now())}" if row.market_since else "")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(views.market_action)
        return [path("<str:symbol>/market/<str:action>/", view, name="marketdata_instrument_market"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        services.instrument_save(
            actor=request.user,
            symbol=obj.symbol,
            values={name: form.cleaned_data[name] for name in services.FIELDS},
            expected_version=form.cleaned_data["seen_version"] or 0,
            reason=form.cleaned_data["reason"],
            request_id=request_id(request),
            now=timezone.now(),
        )


def _buttons(request: HttpRequest) -> list[Callable[[Any], str]]:
    """A column of the buttons this person may press; none for somebody who may press none."""
    held = services.roles_of(request.user)
    mine = tuple(word for word, action in (ACTIONS | LISTING).items() if held & action.roles)
    return [_column(mine)] if mine else []


@cache
def _column(mine: tuple[str, ...]) -> Callable[[Any], str]:
    @admin.display(description="by hand")
    def buttons(row: Any) -> str:
        phase = row.market_phase or Phase.CONTINUOUS.value
        offered = [(word, ACTIONS[word].button) for word in mine if word in ACTIONS and ACTIONS[word].offered(phase)]
        offered += [(word, LISTING[word].button) for word in mine if word in LISTING and services.STEPS[word].source == row.listing]
        links = [(reverse("admin:marketdata_instrument_market", args=[row.symbol, word]), button) for word, button in offered]
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', links)

    return buttons
