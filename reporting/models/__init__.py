"""Tables of reporting: folds of the log, what the drop copy counts, the books, settlement."""

from reporting.models.books import FeeSchedule, FillFee, JournalEntry, JournalLine, LedgerAccount, TradedDay
from reporting.models.cost_method import CostMethod
from reporting.models.exports import EXPORT_STEPS, Export, ExportState
from reporting.models.folds import (
    Break,
    CopiedAccount,
    CopiedOrder,
    CopiedPosition,
    CopiedTrade,
    DropCopy,
    Position,
)
from reporting.models.settlement import (
    CurrencyCalendar,
    SettlementCycle,
    SettlementObligation,
    SettlementRules,
    SettlementStep,
)

__all__ = [
    "EXPORT_STEPS",
    "Break",
    "CopiedAccount",
    "CopiedOrder",
    "CopiedPosition",
    "CopiedTrade",
    "CostMethod",
    "CurrencyCalendar",
    "DropCopy",
    "Export",
    "ExportState",
    "FeeSchedule",
    "FillFee",
    "JournalEntry",
    "JournalLine",
    "LedgerAccount",
    "Position",
    "SettlementCycle",
    "SettlementObligation",
    "SettlementRules",
    "SettlementStep",
    "TradedDay",
]
