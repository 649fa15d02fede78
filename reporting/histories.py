"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from oms_site.infra.tracking.moments import Subject, register
from reporting.models import SettlementObligation


def register_all() -> None:
    """When the app is ready. Obligations are settled together, under their date."""
    register(SettlementObligation, Subject(names=lambda row: [("settlement", row.settlement_date.isoformat())]))
