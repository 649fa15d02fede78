"""What somebody outside makes of an account's records: status by the precedence of FIX, average price, the day's share.

These are rules of its own, not the product's. A record of `executions` says what happened and the counts after it, never the status:
whoever reads the topic has to know this much.
"""

from decimal import Decimal
from typing import NamedTuple

from schemas.messages import Execution
from schemas.units import format_units
from tests.scenarios.notation import Told

_ENDS = {"canceled", "rejected", "expired"}
_CORRECTIONS = {"trade_cancel", "trade_correct"}
_AWAKE = {"new_day", "market_resumed"}


class Fill(NamedTuple):
    """One fill as it stands now, and the trade date it belongs to."""

    quantity: Decimal
    price: Decimal
    day: str | None


class Reader:
    """Follows one order's records. `read` gives each as a line of the notation."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.acknowledged = False
        self.ended = ""
        self.done_for_day = False
        self.suspended = False
        self.canceling = False
        self.replacing = 0
        self.fills: dict[str, Fill] = {}
        self.day: str | None = None

    def read(self, record: Execution) -> Told:
        """The next record of the order."""
        self._requests(record)
        self._flags(record)
        self._fill(record)
        cum, leaves = format_units(record.cum_quantity), format_units(record.leaves_quantity)
        return Told(self.order, record.type, self._status(record), cum, leaves, record.reason or "", self._named(record))

    def _requests(self, record: Execution) -> None:
        """Pending requests; a refusal that risk makes itself (its ids begin with E), or one of what the desk asked, answers none."""
        kind, answers = record.type, not record.id.startswith("E") and record.rule != "desk"
        if kind == "pending_cancel":
            self.canceling = True
        elif kind == "pending_replace":
            self.replacing += 1
        elif kind == "canceled" or (kind == "cancel_rejected" and answers):
            self.canceling = False
        elif kind in {"replaced", "replace_rejected"} and answers:
            self.replacing = max(0, self.replacing - 1)  # the engine answers what was never told as pending

    def _flags(self, record: Execution) -> None:
        kind = record.type
        if kind in _ENDS:
            self.ended = kind
            self.done_for_day = self.suspended = False
        elif kind == "cancel_rejected" and record.reason == "order_unknown":
            self.ended = "rejected"
        elif kind in _CORRECTIONS and not self.ended and not record.leaves_quantity and record.cum_quantity < record.quantity:
            self.ended = "canceled"  # it was filled, is no longer, and cannot stand again
        elif kind == "new":
            self.acknowledged = True
        elif kind == "done_for_day":
            self.done_for_day = True
        elif kind == "suspended":
            self.suspended = True
        elif kind == "restated" and record.reason in _AWAKE:
            self.done_for_day = self.suspended = False
        if kind == "pending_new" or (kind == "restated" and record.reason == "new_day"):
            self.day = record.trade_date

    def _fill(self, record: Execution) -> None:
        if record.trade_id is None:
            return
        if record.type == "trade_cancel":
            del self.fills[record.trade_id]
            return
        assert record.last_quantity is not None
        assert record.last_price is not None
        first = self.fills.get(record.trade_id)
        price = Decimal(format_units(record.last_price))
        self.fills[record.trade_id] = Fill(Decimal(format_units(record.last_quantity)), price, first.day if first else self.day)

    def _status(self, record: Execution) -> str:
        """Of all that hold, the status of the highest precedence."""
        working = ("partially_filled" if record.leaves_quantity else "filled") if record.cum_quantity else "new"
        held = (
            (self.canceling, "pending_cancel"),
            (self.replacing, "pending_replace"),
            (self.done_for_day, "done_for_day"),
            (self.ended, self.ended),
            (self.suspended, "suspended"),
            (record.cum_quantity or self.acknowledged, working),
        )
        return next((status for holds, status in held if holds), "pending_new")

    def _named(self, record: Execution) -> dict[str, str]:
        """Every value a file may name."""
        cum, today = _decimal(record.cum_quantity), sum((fill.quantity for fill in self.fills.values() if fill.day == self.day), Decimal(0))
        notional = sum((fill.quantity * fill.price for fill in self.fills.values()), Decimal(0))
        traded = record.last_quantity is not None and record.last_price is not None
        return {
            "total": format_units(record.quantity),
            "price": "none" if record.price is None else format_units(record.price),
            "last": f"{format_units(record.last_quantity or 0)}@{format_units(record.last_price or 0)}" if traded else "none",
            "avg": plain(notional / cum) if cum else "none",
            "day": f"{plain(_decimal(record.quantity) - (cum - today))}/{plain(today)}",  # FIX DayOrderQty (424) and DayCumQty (425)
            "name": record.client_order_id or "none",
        }


def _decimal(units: int) -> Decimal:
    return Decimal(format_units(units))


def plain(value: Decimal) -> str:
    """Shortest decimal text, without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
