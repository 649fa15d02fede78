"""The buttons of a market: what will happen to how many orders, a typed reason, one service call, a message."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from marketdata import services
from marketdata.admin.actions import ACTIONS, MarketAction
from marketdata.admin.listing import LISTING
from marketdata.admin.through_services import request_id
from marketdata.models import AUCTIONS, Instrument
from marketdata.selectors.markets import market_now
from oms_site.infra.errors import OmsError


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs={"size": 60, "autofocus": True}),
        help_text="goes into the audit trail and, with the command, into the log",
    )


class AuctionForm(ReasonForm):
    """Why, and which auction."""

    kind = forms.ChoiceField(
        choices=AUCTIONS, help_text="opening takes at-open orders, closing at-close orders, volatility ends by itself after the pause"
    )


def market_action(request: HttpRequest, symbol: str, action: str) -> HttpResponse:
    """Ask, then do it."""
    wanted = ACTIONS.get(action) or LISTING.get(action)
    if wanted is None:
        raise Http404
    if not request.user.has_perm("marketdata.view_instrument") or not services.allowed(request.user, wanted.roles):
        raise PermissionDenied
    row = get_object_or_404(Instrument.objects.select_related("calendar"), pk=symbol)
    form = (AuctionForm if wanted.asks_kind else ReasonForm)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, row, wanted, form)
    try:
        done = wanted.act(
            actor=request.user,
            symbol=symbol,
            reason=form.cleaned_data["reason"],
            kind=form.cleaned_data.get("kind"),
            now=timezone.now(),
            request_id=request_id(request),
        )
        messages.success(request, done)
    except OmsError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("admin:marketdata_instrument_changelist"))


def _asked(request: HttpRequest, row: Instrument, action: MarketAction, form: forms.Form) -> HttpResponse:
    market = market_now(row, timezone.now())
    told = {
        "title": f"{action.title}: {row.symbol}",
        "button": f"{action.button} {row.symbol}",
        "effects": action.effects(market, services.open_orders(row.symbol)),
        "market": market,
        "form": form,
        "opts": Instrument._meta,
        "back": reverse("admin:marketdata_instrument_changelist"),
    }
    return TemplateResponse(request, "admin/marketdata/market.html", admin.site.each_context(request) | told)
