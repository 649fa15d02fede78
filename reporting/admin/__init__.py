"""Admin pages of reporting, one file per subject."""

from reporting.admin.breaks import BreakAdmin
from reporting.admin.cost_method import CostMethodAdmin
from reporting.admin.exports import ExportAdmin
from reporting.admin.fees import FeeScheduleAdmin
from reporting.admin.fill_fees import FillFeeAdmin
from reporting.admin.journal import JournalEntryAdmin
from reporting.admin.ledger import LedgerAccountAdmin
from reporting.admin.positions import PositionAdmin
from reporting.admin.settlement import SettlementObligationAdmin
from reporting.admin.settlement_rules import CurrencyCalendarAdmin, SettlementCycleAdmin, SettlementRulesAdmin

__all__ = [
    "BreakAdmin",
    "CostMethodAdmin",
    "CurrencyCalendarAdmin",
    "ExportAdmin",
    "FeeScheduleAdmin",
    "FillFeeAdmin",
    "JournalEntryAdmin",
    "LedgerAccountAdmin",
    "PositionAdmin",
    "SettlementCycleAdmin",
    "SettlementObligationAdmin",
    "SettlementRulesAdmin",
]
