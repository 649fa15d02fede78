"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from oms_site.infra.supervision.models import DesiredWorker
from oms_site.infra.tracking.moments import Subject, register


def register_all() -> None:
    """When the app is ready."""
    register(DesiredWorker, Subject(names=lambda row: [("worker", row.pk)]), object_type="worker")
