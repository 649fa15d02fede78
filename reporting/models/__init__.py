"""Tables of reporting: folds of the log, what the drop copy counts, the books."""

from reporting.models.folds import (
    Break,
    CopiedAccount,
    CopiedOrder,
    CopiedPosition,
    CopiedTrade,
    DropCopy,
    Position,
    SettlementObligation,
    SettlementStatus,
)

__all__ = [
    "Break",
    "CopiedAccount",
    "CopiedOrder",
    "CopiedPosition",
    "CopiedTrade",
    "DropCopy",
    "Position",
    "SettlementObligation",
    "SettlementStatus",
]
