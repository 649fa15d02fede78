"""The table: which step an order of which working status may take, and what it is then. Races: ADR 0010."""

from enum import StrEnum

from schemas.enums import OrderStatus


class Step(StrEnum):
    """What a record of `executions` means for the status: its type, told apart by what it leaves where that decides.

    `fill`, `replaced_to_filled` and `restated_to_filled` leave nothing open. `late_trade` is a fill the desk books on an order that has
    ended. The four `corrected…` stand for trade_cancel and trade_correct, by what is filled and open after them.
    """

    PENDING_NEW = "pending_new"
    NEW = "new"
    REJECTED = "rejected"
    TRADE = "trade"
    FILL = "fill"
    LATE_TRADE = "late_trade"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    PENDING_REPLACE = "pending_replace"
    REPLACED = "replaced"
    REPLACED_TO_FILLED = "replaced_to_filled"
    REPLACE_REJECTED = "replace_rejected"
    EXPIRED = "expired"
    TRIGGERED = "triggered"
    RESTATED = "restated"
    RESTATED_TO_FILLED = "restated_to_filled"
    DONE_FOR_DAY = "done_for_day"
    SUSPENDED = "suspended"
    CORRECTED = "corrected"
    CORRECTED_TO_NEW = "corrected_to_new"
    CORRECTED_TO_FILLED = "corrected_to_filled"
    CORRECTED_CLOSED = "corrected_closed"


PENDING_NEW = OrderStatus.PENDING_NEW.value
NEW = OrderStatus.NEW.value
PARTIAL = OrderStatus.PARTIALLY_FILLED.value
FILLED = OrderStatus.FILLED.value
CANCELED = OrderStatus.CANCELED.value
REJECTED = OrderStatus.REJECTED.value
EXPIRED = OrderStatus.EXPIRED.value

WORKING = (PENDING_NEW, NEW, PARTIAL, FILLED, CANCELED, REJECTED, EXPIRED)

TRANSITIONS: dict[tuple[str, str], str] = {
    (PENDING_NEW, Step.PENDING_NEW): PENDING_NEW,
    (PENDING_NEW, Step.NEW): NEW,
    (PENDING_NEW, Step.REJECTED): REJECTED,
    (PENDING_NEW, Step.PENDING_CANCEL): PENDING_NEW,  # B.1.d: a cancel may overtake the acknowledgement
    (PENDING_NEW, Step.PENDING_REPLACE): PENDING_NEW,
    (PENDING_NEW, Step.CANCELED): CANCELED,  # unsolicited, before the market took it
    (PENDING_NEW, Step.EXPIRED): EXPIRED,
    (PENDING_NEW, Step.CANCEL_REJECTED): PENDING_NEW,
    (PENDING_NEW, Step.REPLACE_REJECTED): PENDING_NEW,
    (NEW, Step.TRADE): PARTIAL,
    (NEW, Step.FILL): FILLED,
    (NEW, Step.PENDING_CANCEL): NEW,
    (NEW, Step.CANCELED): CANCELED,
    (NEW, Step.CANCEL_REJECTED): NEW,
    (NEW, Step.PENDING_REPLACE): NEW,
    (NEW, Step.REPLACED): NEW,
    (NEW, Step.REPLACE_REJECTED): NEW,
    (NEW, Step.EXPIRED): EXPIRED,
    (NEW, Step.TRIGGERED): NEW,
    (NEW, Step.RESTATED): NEW,
    (NEW, Step.DONE_FOR_DAY): NEW,
    (NEW, Step.SUSPENDED): NEW,
    (PARTIAL, Step.TRADE): PARTIAL,
    (PARTIAL, Step.FILL): FILLED,
    (PARTIAL, Step.PENDING_CANCEL): PARTIAL,
    (PARTIAL, Step.CANCELED): CANCELED,
    (PARTIAL, Step.CANCEL_REJECTED): PARTIAL,
    (PARTIAL, Step.PENDING_REPLACE): PARTIAL,
    (PARTIAL, Step.REPLACED): PARTIAL,
    (PARTIAL, Step.REPLACED_TO_FILLED): FILLED,  # C.3.b, C.3.c: nothing is left of the new total
    (PARTIAL, Step.REPLACE_REJECTED): PARTIAL,
    (PARTIAL, Step.EXPIRED): EXPIRED,
    (PARTIAL, Step.RESTATED): PARTIAL,
    (PARTIAL, Step.RESTATED_TO_FILLED): FILLED,  # the desk's new total is at or below what is filled
    (PARTIAL, Step.DONE_FOR_DAY): PARTIAL,
    (PARTIAL, Step.SUSPENDED): PARTIAL,
    (PARTIAL, Step.CORRECTED): PARTIAL,
    (PARTIAL, Step.CORRECTED_TO_NEW): NEW,
    (PARTIAL, Step.CORRECTED_TO_FILLED): FILLED,
    (FILLED, Step.CORRECTED): PARTIAL,  # J.1.a: what is no longer filled is open again
    (FILLED, Step.CORRECTED_TO_NEW): NEW,
    (FILLED, Step.CORRECTED_TO_FILLED): FILLED,
    (FILLED, Step.CORRECTED_CLOSED): CANCELED,  # an order that cannot rest has no rest that could be open again
    # a request that lost the race is refused after the end (B.1.c, C.2.a): the refusal is told, the end stays
    (FILLED, Step.CANCEL_REJECTED): FILLED,
    (FILLED, Step.REPLACE_REJECTED): FILLED,
    (CANCELED, Step.CANCEL_REJECTED): CANCELED,
    (CANCELED, Step.REPLACE_REJECTED): CANCELED,
    (REJECTED, Step.CANCEL_REJECTED): REJECTED,
    (REJECTED, Step.REPLACE_REJECTED): REJECTED,
    (EXPIRED, Step.CANCEL_REJECTED): EXPIRED,
    (EXPIRED, Step.REPLACE_REJECTED): EXPIRED,
    # J.1.b: an end that was not a fill stays, whatever becomes of the fills before it
    (CANCELED, Step.LATE_TRADE): CANCELED,
    (CANCELED, Step.CORRECTED_CLOSED): CANCELED,
    (CANCELED, Step.CORRECTED_TO_FILLED): CANCELED,
    (EXPIRED, Step.LATE_TRADE): EXPIRED,
    (EXPIRED, Step.CORRECTED_CLOSED): EXPIRED,
    (EXPIRED, Step.CORRECTED_TO_FILLED): EXPIRED,
}
"""(working status, step): working status. What is not here is illegal."""
