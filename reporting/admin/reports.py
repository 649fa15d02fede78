"""The reports on screen: a list of them, and each with its filters, its rows page by page, and its files."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from oms_site.infra.errors import Forbidden, NotFound, OmsError
from reporting import services
from reporting.files.cells import WORDS
from reporting.files.making import FORMATS
from reporting.reports.definition import Kind, Report, Viewer, values_read
from reporting.reports.table import report_for, reports_of
from risk.admin.through_services import request_id

PAGE = 100


def report_list(request: HttpRequest) -> HttpResponse:
    """Every report of the person's roles."""
    context = admin.site.each_context(request) | {"title": "Reports", "reports": reports_of(request.user)}
    return TemplateResponse(request, "admin/reports.html", context)


def report_screen(request: HttpRequest, name: str) -> HttpResponse:
    """A report's page; its button asks for the same rows as a file in the background."""
    try:
        report = report_for(request.user, name)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Forbidden as refusal:
        raise PermissionDenied(refusal.message) from None
    if request.method == "POST":
        return _asked(request, report, _given(report, request.POST))
    params = _given(report, request.GET)
    shown: dict[str, Any] = {"rows": (), "following": None}
    try:
        shown = _rows(request, report, params)
    except OmsError as refusal:
        if params or "after" in request.GET:
            messages.error(request, refusal.message)
    return TemplateResponse(request, "admin/report.html", admin.site.each_context(request) | _about(report, params) | shown)


def _given(report: Report, data: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the filters; those left empty are not given."""
    typed = {one.name: data.get(one.name, "").strip() for one in report.filters}
    return {name: text for name, text in typed.items() if text}


def _about(report: Report, params: Mapping[str, str]) -> dict[str, Any]:
    """The report, its filters as they stand, and where its files are."""
    files = {kind: f"{reverse(f'report-{report.name}')}?{urlencode({**params, 'export': kind})}" for kind in FORMATS}
    fields = [{"of": one, "value": params.get(one.name, "")} for one in report.filters]
    return {"title": report.title, "report": report, "fields": fields, "files": files, "formats": tuple(FORMATS), "params": params}


def _rows(request: HttpRequest, report: Report, params: Mapping[str, str]) -> dict[str, Any]:
    viewer = Viewer.of(request.user, timezone.now())
    rows, key = report.page(viewer, values_read(report, params), request.GET.get("after"), PAGE)
    return {
        "rows": [_cells(report, row) for row in rows],
        "following": None if key is None else "?" + urlencode({**params, "after": key}),
        "first": "after" not in request.GET,
        "start": "?" + urlencode(params),
    }


def _cells(report: Report, row: tuple[Any, ...]) -> list[tuple[str, bool]]:
    """(text, whether it stands right) of each cell: the text the files have."""
    return [
        ("" if value is None else WORDS[column.kind](value), column.kind in {Kind.NUMBER, Kind.COUNT})
        for column, value in zip(report.columns, row, strict=True)
    ]


def _asked(request: HttpRequest, report: Report, params: Mapping[str, str]) -> HttpResponse:
    now = timezone.now()
    kind = request.POST.get("format", "")
    try:
        services.export_ask(actor=request.user, report=report.name, params=params, format=kind, now=now, request_id=request_id(request))
    except OmsError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(f"{reverse('admin:report', args=[report.name])}?{urlencode(params)}")
    messages.success(request, f"{report.title} is being made; it is listed here.")
    return HttpResponseRedirect(reverse("admin:reporting_export_changelist"))
