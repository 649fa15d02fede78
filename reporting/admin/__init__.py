"""Admin pages of reporting, one file per model."""

from reporting.admin.breaks import BreakAdmin
from reporting.admin.exports import ExportAdmin
from reporting.admin.positions import PositionAdmin
from reporting.admin.settlement import SettlementObligationAdmin

__all__ = ["BreakAdmin", "ExportAdmin", "PositionAdmin", "SettlementObligationAdmin"]
