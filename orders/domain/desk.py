"""What the desk may do to orders that are not its own: the one table of these permissions. Services ask it, edges only hide."""

from enum import StrEnum

from risk.domain.roles import Role
from schemas.enums import Reason


class DeskAction(StrEnum):
    """Something done for a reason, without the client asking (FIX: unsolicited)."""

    CANCEL = "order_cancel"
    RESTATE = "order_restate"
    TRADE_CORRECT = "trade_correct"
    OTHERS_MASS_CANCEL = "orders_cancel_of_others"


DESK: dict[DeskAction, frozenset[Role]] = {
    DeskAction.CANCEL: frozenset({Role.OPERATIONS, Role.RISK, Role.ADMIN}),
    DeskAction.RESTATE: frozenset({Role.OPERATIONS, Role.ADMIN}),
    DeskAction.TRADE_CORRECT: frozenset({Role.OPERATIONS}),
    DeskAction.OTHERS_MASS_CANCEL: frozenset({Role.OPERATIONS, Role.RISK, Role.ADMIN, Role.SALES}),
}
"""`OTHERS_MASS_CANCEL` is a mass cancel of what another trader entered; of which accounts is another question."""


CANCEL_CODES = (Reason.DESK_CHANGE, Reason.MARKET_HALTED)
"""Why the desk cancels, as the order's event tells it (FIX ExecRestatementReason, tag 378); its words are in the audit log."""


class Source(StrEnum):
    """The door an order came through. `desk` is an order that a sales trader takes for a client, by telephone for example (E.1.a)."""

    REST = "rest"
    BLOTTER = "blotter"
    DESK = "desk"
