"""Find from anywhere: an order, fill, trade, account, instrument, request or kill by its id, written in full.

Each page of the admin says itself who may see it and which of its rows, so nobody finds here what they could not open there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

LONGEST = 64
MOST = 20
"""Rows of one kind that are told."""

WHERE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("orders.order", ("pk", "client_order_id")),
    ("orders.execution", ("pk",)),
    ("matching.trade", ("pk",)),
    ("risk.account", ("pk",)),
    ("marketdata.instrument", ("pk",)),
    ("approvals.changerequest", ("pk",)),
    ("risk.kill", ("pk",)),
    ("auth.user", ("username",)),
)
"""(model, the fields that name a row), in the order results are told."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row of some page: what it is, its name, where it is."""

    kind: str
    name: str
    url: str


def search(request: HttpRequest, text: str) -> list[Found]:
    """Every row this person may see whose id is `text`; codes may be written in small letters."""
    return [found for label, fields in WHERE for found in _of(request, label, fields, text)]


def _of(request: HttpRequest, label: str, fields: tuple[str, ...], text: str) -> Iterator[Found]:
    model = apps.get_model(label)
    page = admin.site.get_model_admin(model)
    numbered = model._meta.pk.get_internal_type().endswith("AutoField")
    if not page.has_view_permission(request) or (numbered and "pk" in fields and not (text.isascii() and text.isdigit())):
        return
    spelled = {text} if numbered else {text, text.upper()}
    named = Q(*((f"{field}__in", spelled) for field in fields), _connector=Q.OR)
    to = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    for row in page.get_queryset(request).filter(named).order_by("pk")[:MOST]:
        yield Found(str(model._meta.verbose_name), str(row), reverse(to, args=[row.pk]))


def find(request: HttpRequest) -> HttpResponse:
    """The one row that has this id, else a page of all that have."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = search(request, text) if text.isprintable() and text else []
    if len(found) == 1:
        return HttpResponseRedirect(found[0].url)
    context: dict[str, Any] = {"title": "Find", "text": text, "found": found}
    return TemplateResponse(request, "admin/find.html", admin.site.each_context(request) | context)
