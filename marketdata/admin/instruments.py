"""Instruments in the admin: added and changed through the service alone, so that the workers hear of it; never deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from marketdata import services
from marketdata.models import Instrument
from oms_site.infra.errors import OmsError


class InstrumentForm(forms.ModelForm):
    """Carries the version the person saw, so that a change made meanwhile is not overwritten unseen."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    class Meta:
        model = Instrument
        fields = ("symbol", *services.FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version if self.instance.pk else 0


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    """Dense list; the form saves through `services.instrument_save`."""

    form = InstrumentForm
    list_display = (
        "symbol",
        "name",
        "mic",
        "currency",
        "tick",
        "lot",
        "max_quantity",
        "reference_price",
        "tradable",
        "provide_liquidity",
        "version",
    )
    list_filter = ("tradable", "provide_liquidity", "mic", "currency")
    search_fields = ("symbol", "name")
    ordering = ("symbol",)
    list_per_page = 100
    fieldsets = (
        (None, {"fields": (("symbol", "name"), ("mic", "cfi", "currency"), "seen_version")}),
        ("Terms", {"fields": (("tick", "lot"), "max_quantity", "tradable")}),
        ("Market", {"fields": (("reference_price", "provide_liquidity"),)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Instrument | None = None) -> tuple[str, ...]:
        return ("symbol",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        services.instrument_save(
            actor=request.user,
            symbol=obj.symbol,
            values={name: form.cleaned_data[name] for name in services.FIELDS},
            expected_version=form.cleaned_data["seen_version"] or 0,
            request_id=getattr(request, "request_id", ""),
            now=timezone.now(),
        )

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of the service becomes a message on the same page, which then shows what is stored."""
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except OmsError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return HttpResponseRedirect(request.path)
