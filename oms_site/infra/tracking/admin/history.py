"""The history of a row, and of everything under one id: pages to read, in the order of time."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from oms_site.infra.tracking.moments import Moment
from oms_site.infra.tracking.selectors import chain_of, history_of

CONTROL = "audit.view_auditentry"
"""Who may read the audit log sees all of a row's history, and chains; others what whoever sees the row may know."""
_MOST_ID = 64


def row_history(request: HttpRequest, page: Any, row: Model) -> HttpResponse:
    """What happened to a row that this person may see. `?id=` narrows it to one request or correlation id."""
    control = request.user.has_perm(CONTROL)
    moments = history_of(row, control=control)
    key = request.GET.get("id", "").strip() if control else ""
    if key:
        moments = [moment for moment in moments if key in (moment.request_id, moment.correlation_id)]
    context = {
        "title": f"History: {row}",
        "opts": page.opts,
        "row": row,
        "row_url": _page_of(page, row),
        "moments": moments,
        "control": control,
        "key": key,
        "chain": False,
    }
    return TemplateResponse(request, "admin/tracking/history.html", admin.site.each_context(request) | context)


def _page_of(page: Any, row: Model) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_change", args=[quote(row.pk)])


def chain_page(request: HttpRequest, key: str) -> HttpResponse:
    """Everything that happened under a request id, a correlation id, or the id of an order."""
    if not request.user.has_perm(CONTROL):
        raise PermissionDenied
    if len(key) > _MOST_ID:
        raise Http404
    context = {"title": f"Everything under {key}", "moments": _known(chain_of(key)), "control": True, "key": key, "chain": True}
    return TemplateResponse(request, "admin/tracking/history.html", admin.site.each_context(request) | context)


def _known(moments: list[Moment]) -> list[Moment]:
    if not moments:
        raise Http404("nothing happened under this id")
    return moments
