"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from oms_site.infra.tracking.moments import Subject, register
from reporting.models import SettlementObligation


def register_all() -> None:
    """When the app is ready. Instructions are moved together, under their date; the desk acts on one."""
    register(
        SettlementObligation,
        Subject(names=lambda row: [("settlement_instruction", row.pk), ("settlement", row.settlement_date.isoformat())]),
    )
