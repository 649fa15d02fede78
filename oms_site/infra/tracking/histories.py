"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.tracking.models import OutsideEdit
from oms_site.infra.tracking.moments import Subject, register


def register_all() -> None:
    """When the app is ready."""
    register(Alert, Subject(names=lambda row: [("alert", str(row.pk))]), object_type="alert")
    register(AuditEntry, Subject(names=lambda row: [(row.object_type, row.object_id)]))
    register(OutsideEdit, Subject(names=lambda row: [("table", row.row_table)]))
