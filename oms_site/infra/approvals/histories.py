"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.tracking.moments import Subject, register


def register_all() -> None:
    """When the app is ready."""
    register(ChangeRequest, Subject(names=lambda row: [("change_request", str(row.pk))]), object_type="change_request")
