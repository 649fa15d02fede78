"""Deleting what is too old: files whose time is over, and files no row speaks of."""

from datetime import datetime, timedelta

from django.db import transaction

from reporting.models import Export, ExportState
from reporting.services.exports.asking import path_of, tell
from reporting.services.exports.making import folder

_STRAY_AFTER = timedelta(hours=1)


def exports_forget(*, now: datetime) -> int:
    """Delete files that have expired, and what makers that died left; how many exports expired."""
    expired = list(Export.objects.filter(state=ExportState.DONE, expires_at__lte=now))
    for export in expired:
        with transaction.atomic():
            export.state = ExportState.EXPIRED
            export.save(update_fields=["state"])
            tell(export, None, "export_expired", now)
        path_of(export).unlink(missing_ok=True)
    _strays_delete(now)
    return len(expired)


def _strays_delete(now: datetime) -> None:
    kept = {export.file_name for export in Export.objects.filter(state=ExportState.DONE)}
    files = folder().iterdir() if folder().is_dir() else ()
    for file in files:
        if file.name not in kept and file.stat().st_mtime < (now - _STRAY_AFTER).timestamp():
            file.unlink(missing_ok=True)
