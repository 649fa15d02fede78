"""`GET /api/reports/NAME`: each report, as pages or whole as a file. Each has a view, for the document tells its columns."""

import os
import tempfile
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site import env
from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import choice, query_params
from oms_site.infra.rest.pages import DEFAULT_SIZE, MAX_SIZE, PAGE_PARAMS, cursor_read, following_url
from oms_site.infra.rest.parsing import whole_number
from orders.api import shapes as order_shapes
from reporting.files.cells import json_row
from reporting.files.downloads import Download
from reporting.files.making import FORMATS, Wanted, file_make
from reporting.reports.definition import Column, Filter, Kind, Report, Viewer, values_read
from reporting.reports.table import REPORTS, report_for


class ReportView(APIView):
    """A report: a page, or with `export` all of its rows as a file."""

    report: Report

    def get(self, request: Request) -> Response | Download:
        """Narrowed by the report's filters, of the accounts the caller sees."""
        report = report_for(request.user, self.report.name)
        params = query_params(request, {one.name for one in report.filters} | PAGE_PARAMS | {"export"})
        values = values_read(report, params)
        viewer = Viewer.of(request.user, timezone.now())
        if "export" not in params:
            return Response(_page(request, report, viewer, values, params))
        kind = choice(params["export"], "export", tuple(FORMATS))
        paging = sorted(PAGE_PARAMS & params.keys())
        if paging:
            raise InvalidInput(f"{paging[0]}: an export is whole, leave it out", field=paging[0])
        return _file(Wanted(report, viewer, params, values, kind))


def _page(request: Request, report: Report, viewer: Viewer, values: dict[str, Any], params: dict[str, str]) -> dict[str, Any]:
    size = whole_number(params.get("page_size", str(DEFAULT_SIZE)), "page_size", low=1, high=MAX_SIZE)
    after = cursor_read(params["cursor"]) if "cursor" in params else None
    rows, following = report.page(viewer, values, after, size)
    told = [json_row(report.columns, row) for row in rows]
    return {"results": told, "next": None if following is None else following_url(request, following)}


def _file(wanted: Wanted) -> Download:
    """Made whole on disk first: a fault is told as such and not by a file that ends early, and a slow reader holds no transaction."""
    env.EXPORTS_DIR.mkdir(parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=env.EXPORTS_DIR)  # noqa: SIM115 - the answer closes it
    try:
        file_make(wanted, file)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Download(file, name=wanted.name, media_type=FORMATS[wanted.format], size=size)


_FIELDS: dict[Kind, Any] = {
    Kind.TEXT: serializers.CharField,
    Kind.NUMBER: serializers.CharField,
    Kind.COUNT: serializers.IntegerField,
    Kind.TIME: serializers.DateTimeField,
    Kind.DATE: serializers.DateField,
    Kind.FLAG: serializers.BooleanField,
}


def _field(column: Column) -> serializers.Field:
    words = ", ".join(part for part in ("decimal text" if column.kind is Kind.NUMBER else "", column.unit, column.help) if part)
    field: serializers.Field = _FIELDS[column.kind](allow_null=True, **({"help_text": words} if words else {}))
    return field


def _parameter(one: Filter) -> OpenApiParameter:
    return OpenApiParameter(one.name, description=one.help, enum=list(one.choices) or None, required=one.required)


def _view(report: Report) -> type[ReportView]:
    title = report.name.title()
    row = inline_serializer(f"{title}ReportRow", {column.name: _field(column) for column in report.columns})
    export = OpenApiParameter("export", enum=list(FORMATS), description="the whole report as a file instead of a page")
    described = extend_schema(
        operation_id=f"reports_{report.name}",
        summary=f"Report: {report.title}",
        description=report.purpose,
        parameters=[*map(_parameter, report.filters), export, *order_shapes.PAGES],
        responses={
            200: order_shapes.page_of(f"{title}ReportPage", row),
            **{(200, media.partition(";")[0]): bytes for media in FORMATS.values()},
            **order_shapes.refusals(403),
        },
    )

    class View(ReportView):
        """The view of one report."""

        @described
        def get(self, request: Request) -> Response | Download:
            """As `ReportView`."""
            return super().get(request)

    View.report = report
    View.__name__ = View.__qualname__ = f"{title}Report"
    return View


VIEWS = {name: _view(report) for name, report in REPORTS.items()}
"""A view for each report, by its name."""
