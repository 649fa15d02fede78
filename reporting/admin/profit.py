"""Profit and loss on screen: sums, and position by position."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from marketdata.selectors import to_microseconds
from reporting import selectors
from reporting.domain.objects import wide_text
from reporting.models import CostMethod
from reporting.selectors.profit import BASE, GROUPS, Profit, Sums
from schemas.units import format_units

SHOWN = 500
"""Positions on the page; the report has them all."""
_NOTHING = "missing"


class ProfitForm(forms.Form):
    """What is summed up, in which currency, of which account."""

    by = forms.ChoiceField(choices=[(name, name) for name in GROUPS], initial=GROUPS[0], required=False, label="sum up by")
    currency = forms.RegexField("^[A-Z]{3}$", initial=BASE, required=False, label="in", error_messages={"invalid": "three capital letters"})
    account = forms.CharField(max_length=32, required=False)


def profit_page(request: HttpRequest) -> HttpResponse:
    """Sums by account, desk, firm or instrument, and each position in its own currency and in the base currency."""
    if not request.user.has_perm("reporting.view_position"):
        raise PermissionDenied
    form, now = ProfitForm(request.GET or None), timezone.now()
    given = form.cleaned_data if form.is_valid() else {}
    base, by = given.get("currency") or BASE, given.get("by") or GROUPS[0]
    rows = selectors.profits(request.user, base=base, now=now, account=given.get("account") or None)
    at = to_microseconds(now)
    context = {
        "title": "Profit and loss",
        "opts": CostMethod._meta,
        "form": form if form.is_bound else ProfitForm(initial={"by": by, "currency": base}),
        "base": base,
        "by": by,
        "sums": [_sums_told(row, at) for row in selectors.summed(rows, by)],
        "positions": [_told(row, at) for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "now": now,
    }
    return TemplateResponse(request, "admin/reporting/profit.html", admin.site.each_context(request) | context)


def _amount(value: int | None) -> str:
    return _NOTHING if value is None else wide_text(value)


def _age(time: int | None, now: int) -> str:
    return "-" if time is None else f"{max(0, now - time) // 1_000_000} s"


def _sums_told(row: Sums, now: int) -> dict[str, Any]:
    amounts = [_amount(value) for value in (row.day, row.realised, row.unrealised, row.total, row.fees)]
    missing, sources = ", ".join(row.missing), ", ".join(row.sources)
    return {"key": row.key, "positions": row.positions, "amounts": amounts, "age": _age(row.oldest, now), "of": sources, "missing": missing}


def _told(row: Profit, now: int) -> dict[str, Any]:
    own = (row.day, row.realised, row.unrealised, row.total, row.fees)
    based = tuple(row.base(name) for name in ("day", "realised", "unrealised", "total", "fees"))
    rate = "no rate" if row.rate is None else f"{row.rate.source} {row.rate.date}".strip() or "-"
    mark = None if row.mark is None else {"price": format_units(row.mark.price), "age": _age(row.mark.time, now), "source": row.mark.source}
    names = {"account": row.account, "symbol": row.symbol, "currency": row.currency, "method": row.method}
    return {
        **names,
        "quantity": format_units(row.quantity),
        "own": map(_amount, own),
        "based": map(_amount, based),
        "mark": mark,
        "rate": rate,
    }
