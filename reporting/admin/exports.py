"""Exports in the admin: a person's own, with their progress, the file and the way to cancel."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.asking import Question, ask
from oms_site.infra.errors import Conflict, Forbidden, NotFound
from oms_site.infra.read_only import ReadOnlyAdmin
from reporting import services
from reporting.files.downloads import Download
from reporting.files.making import FORMATS
from reporting.models import Export, ExportState
from risk.admin.through_services import request_id

_OPEN = (ExportState.WAITING, ExportState.RUNNING)
_KILO = 1024


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Newest first. Asked for on the screen of a report. The page renews itself while something is being made."""

    list_display = ("asked_at", "report", "filters", "format", "state", "progress", "megabytes", "expires_at", "sha256", "reason", "file")
    list_display_links = None
    list_filter = ("state",)
    ordering = ("-id",)
    fields = (
        *("report", "filters", "format", "state", "reason", "progress", "megabytes", "sha256", "attempts", "asked_at", "started_at"),
        *("finished_at", "expires_at", "file"),
    )
    readonly_fields = ("filters", "progress", "megabytes", "file")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """One's own."""
        return super().get_queryset(request).filter(asked_by=request.user)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, asked for again every two seconds while something is open."""
        answer = super().changelist_view(request, extra_context)
        if self.get_queryset(request).filter(state__in=_OPEN).exists():
            answer["Refresh"] = "2"
        return answer

    @admin.display(description="filters")
    def filters(self, export: Export) -> str:
        """As they were written."""
        return ", ".join(f"{name}: {value}" for name, value in export.params.items()) or "none"

    @admin.display(description="rows")
    def progress(self, export: Export) -> str:
        """How far it is."""
        if export.state != ExportState.RUNNING or not export.rows_total:
            return f"{export.rows_done:,}"
        bar = '<progress max="{}" value="{}"></progress> {} of {}'
        return format_html(bar, export.rows_total, export.rows_done, f"{export.rows_done:,}", f"{export.rows_total:,}")

    @admin.display(description="MiB")
    def megabytes(self, export: Export) -> str | None:
        """The file's size."""
        return None if export.size is None else f"{export.size / _KILO / _KILO:,.1f}"

    @admin.display(description="")
    def file(self, export: Export) -> str:
        """The button there is."""
        if export.state == ExportState.DONE:
            return format_html('<a class="button" href="{}">Download</a>', reverse("admin:reporting_export_download", args=[export.pk]))
        if export.state in _OPEN:
            return format_html('<a class="button" href="{}">Cancel</a>', reverse("admin:reporting_export_cancel", args=[export.pk]))
        return ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        cancel = path("<int:pk>/cancel/", view(export_cancel), name="reporting_export_cancel")
        download = path("<int:pk>/download/", view(export_download), name="reporting_export_download")
        return [cancel, download, *super().get_urls()]


def export_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then cancel."""
    export = Export.objects.filter(pk=pk, asked_by=request.user.pk).first()
    if export is None:
        raise Http404("no such export of yours")

    def act(_: object) -> str:
        services.export_cancel(actor=request.user, pk=pk, now=timezone.now(), request_id=request_id(request))
        return f"Canceled: {export}."

    facts = {"Report": export.report, "Format": export.format, "Asked at": export.asked_at, "Rows so far": export.rows_done}
    question = Question(title="Cancel an export", question="Stop making this file?", button="Cancel the export", facts=facts)
    return ask(request, Export, question, act)


def export_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for who asked for it."""
    try:
        export, file = services.export_open(actor=request.user, pk=pk, now=timezone.now(), request_id=request_id(request))
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Forbidden as refusal:
        raise PermissionDenied(refusal.message) from None
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("admin:reporting_export_changelist"))
    return Download(file.open("rb"), name=export.file_name, media_type=FORMATS[export.format], size=export.size or 0)
