"""Making the next export. Its maker says every second that it lives and how far it is; one that no longer says so has died."""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import IntegrityError, connection, transaction

from oms_site import env
from oms_site.infra.errors import OmsError
from reporting.files.making import Wanted, file_make
from reporting.models import Export, ExportState
from reporting.reports.definition import Viewer, values_read
from reporting.reports.table import report_for
from reporting.services.exports.asking import path_of, tell

log = structlog.get_logger(__name__)

BEAT = 1.0
"""Seconds between two signs of life."""
DEAD_AFTER = timedelta(seconds=20)
MOST_ATTEMPTS = 3
KEPT = timedelta(days=1)
"""How long a file is kept."""
Clock = Callable[[], datetime]


class Stopped(Exception):
    """The export was canceled, or another took it over."""


def export_make_next(*, clock: Clock) -> Export | None:
    """Make the export that waits longest, unless one is being made; the export as it ended, None when there was nothing to do."""
    export = _claimed(clock())
    if export is None:
        return None
    part = path_of(export).with_suffix(f".{export.attempts}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _Beat(export, clock) as beat:
            wanted = _wanted(export, clock())
            beat.total = export.rows_total = wanted.report.count(wanted.viewer, wanted.values)
            with part.open("wb") as file:
                export.rows_done = file_make(wanted, file, beat.told)
        _finished(export, part, clock())
    except Stopped:
        log.info("export_stopped", export=export.pk)
    except OmsError as refusal:
        _failed(export, refusal.message, clock())
    except Exception as error:
        _failed(export, f"a fault of the product ({type(error).__name__}), which is logged", clock())
        raise
    finally:
        part.unlink(missing_ok=True)
    export.refresh_from_db()
    return export


def _claimed(now: datetime) -> Export | None:
    """The next one, ours from here on. Those whose maker has died wait again, or have failed for good."""
    try:
        with transaction.atomic():
            for dead in Export.objects.select_for_update(skip_locked=True).filter(state=ExportState.RUNNING, beat_at__lt=now - DEAD_AFTER):
                _given_up(dead, now)
            export = (
                Export.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=ExportState.WAITING).order_by("pk").first()
            )
            if export is None or Export.objects.filter(state=ExportState.RUNNING).exists():
                return None
            export.state, export.attempts, export.started_at, export.beat_at = ExportState.RUNNING, export.attempts + 1, now, now
            export.rows_done = 0
            export.save(update_fields=["state", "attempts", "started_at", "beat_at", "rows_done"])
            return export
    except IntegrityError:  # another began one at the same moment: the constraint lets one through
        return None


def _given_up(dead: Export, now: datetime) -> None:
    if dead.attempts < MOST_ATTEMPTS:
        dead.state = ExportState.WAITING
    else:
        dead.state, dead.finished_at = ExportState.FAILED, now
        dead.reason = f"its worker died {MOST_ATTEMPTS} times; narrow the report, or tell operations"
        tell(dead, None, "export_failed", now)
    dead.save(update_fields=["state", "reason", "finished_at"])


def _wanted(export: Export, now: datetime) -> Wanted:
    """What is to be made, decided anew for the person as of now."""
    actor = export.asked_by
    report = report_for(actor, export.report)
    viewer = Viewer.of(actor, now)
    export.accounts = sorted(viewer.accounts)
    return Wanted(report, viewer, export.params, values_read(report, export.params), export.format)


def _finished(export: Export, part: Path, now: datetime) -> None:
    """The file gets its name in the transaction that says it is there."""
    with part.open("rb") as file:
        export.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    export.size = part.stat().st_size
    with transaction.atomic():
        _still_ours(export)
        export.state, export.finished_at, export.expires_at = ExportState.DONE, now, now + KEPT
        export.save()
        tell(export, export.asked_by, "export_made", now)
        part.replace(path_of(export))


def _failed(export: Export, reason: str, now: datetime) -> None:
    with transaction.atomic():
        _still_ours(export)
        export.state, export.reason, export.finished_at = ExportState.FAILED, reason[:300], now
        export.save(update_fields=["state", "reason", "finished_at"])
        tell(export, export.asked_by, "export_failed", now)


def _still_ours(export: Export) -> None:
    """Raises `Stopped` when it was canceled or taken over."""
    if not _ours(export).select_for_update().exists():
        raise Stopped


def _ours(export: Export):  # type: ignore[no-untyped-def] # a queryset of one
    return Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, attempts=export.attempts)


class _Beat:
    """Says from a thread of its own, with a connection of its own, that the maker lives: the maker's is in the transaction that reads."""

    def __init__(self, export: Export, clock: Clock) -> None:
        self.total: int | None = None
        self._export = export
        self._clock = clock
        self._rows = 0
        self._stopped = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="export-beat", daemon=True)

    def told(self, rows: int) -> None:
        """Note progress. Raises `Stopped`."""
        self._rows = rows
        if self._stopped:
            raise Stopped

    def __enter__(self) -> "_Beat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._ended.wait(BEAT):
                told = {"rows_done": self._rows, "rows_total": self.total, "beat_at": self._clock()}
                if not _ours(self._export).update(**told):
                    self._stopped = True
                    return
        finally:
            connection.close()


def folder() -> Path:
    """Where files lie."""
    return Path(env.EXPORTS_DIR)
