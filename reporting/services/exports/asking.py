"""Asking for an export, taking it back, opening its file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from oms_site import env
from oms_site.infra.audit.services import record
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput, NotFound
from oms_site.infra.rest import choice
from reporting.files.making import FORMATS
from reporting.models import EXPORT_STEPS, Export, ExportState
from reporting.reports.definition import values_read
from reporting.reports.table import report_for
from risk import selectors as risk_selectors

MOST_OPEN = 5
"""Exports of one person that wait or run."""
OPEN_STATES = (ExportState.WAITING, ExportState.RUNNING)


def path_of(export: Export) -> Path:
    """Where the finished file lies."""
    return Path(env.EXPORTS_DIR) / export.file_name


def tell(export: Export, actor: Any, action: str, now: datetime, request_id: str = "") -> None:
    """The audit entry of what happened to an export."""
    detail = {"report": export.report, "params": export.params, "format": export.format, "rows": export.rows_done, "sha256": export.sha256}
    key = str(export.pk)
    record(chain="exports", actor=actor, action=action, object_type="export", object_id=key, detail=detail, request_id=request_id, now=now)


def export_ask(*, actor: Any, report: str, params: Mapping[str, str], format: str, now: datetime, request_id: str) -> Export:
    """Ask for a report as a file. Raises what the screen would, and `Conflict` when too many wait already."""
    of = report_for(actor, report)
    unknown = params.keys() - {one.name for one in of.filters}
    if unknown:
        name = min(unknown)
        raise InvalidInput(f"{name}: unknown filter of the report {report}", field=name)
    values_read(of, params)
    choice(format, "export", tuple(FORMATS))
    with transaction.atomic():
        if Export.objects.filter(asked_by=actor, state__in=OPEN_STATES).count() >= MOST_OPEN:
            raise Conflict(f"{MOST_OPEN} exports of yours wait or run: let one end, or cancel one")
        export = Export.objects.create(
            asked_by=actor, report=report, params=dict(params), format=format, request_id=request_id, asked_at=now
        )
        tell(export, actor, "export_asked", now, request_id)
    return export


def export_of(actor: Any, pk: int) -> Export:
    """The export, for who asked for it. Raises `NotFound` alike where there is none and where it is another's."""
    export = Export.objects.filter(pk=pk, asked_by=actor).first()
    if export is None:
        raise NotFound("there is no such export of yours")
    return export


def export_cancel(*, actor: Any, pk: int, now: datetime, request_id: str) -> Export:
    """Take an export back; its maker sees it within a second. Raises `NotFound`, and `Conflict` when it has ended."""
    export_of(actor, pk)
    with transaction.atomic():
        export = Export.objects.select_for_update().get(pk=pk)
        if ExportState.CANCELED not in EXPORT_STEPS[ExportState(export.state)]:
            raise Conflict(f"it is {export.state}: nothing is left to cancel")
        export.state, export.finished_at = ExportState.CANCELED, now
        export.save(update_fields=["state", "finished_at"])
        tell(export, actor, "export_canceled", now, request_id)
    return export


def export_open(*, actor: Any, pk: int, now: datetime, request_id: str) -> tuple[Export, Path]:
    """The finished file, for who asked for it and may still see all that is in it.

    Raises `NotFound`, `Conflict` while it is not done or no longer kept, `Forbidden` when the person has lost the report or an account.
    """
    export = export_of(actor, pk)
    report_for(actor, export.report)
    lost = set(export.accounts) - set(risk_selectors.visible_accounts(actor))
    if lost:
        raise Forbidden(f"you no longer see {min(lost)}, which is in this file: ask for the export again")
    path = path_of(export)
    if export.state != ExportState.DONE or not path.is_file():
        raise Conflict(f"it is {export.state}: there is no file to download; ask for the export again")
    with transaction.atomic():
        tell(export, actor, "export_downloaded", now, request_id)
    return export, path
