"""Delivery against payment: how much of cash and securities moves with a part, in which lines, and what lateness costs. Pure.

Quantities in 1e-8, amounts in 1e-16. Both legs are in one entry, so neither can move without the other.
"""

from datetime import date
from typing import NamedTuple

from reporting.domain.ledger import CLEARING, AssetType, Kind, Line, Lines, Net, Place, delivered_lines
from reporting.domain.minor_units import rounded, smallest
from reporting.domain.settlement.dates import day_of
from schemas.enums import Side
from schemas.units import ONE

_BUY = Side.BUY.value
OWN, OTHER = "own", "other"
"""Whose fault a fail is: the account's, or the other side's."""


class Terms(NamedTuple):
    """What is to be delivered. `amount` is paid by a buyer: below zero, cash comes with the securities (netted purchases and sales).

    The offsets are what was booked on both sides and cancels out: of netted instructions, and (below zero) of what takes a trade back.
    """

    account: str
    symbol: str
    currency: str
    side: str
    quantity: int
    amount: int
    due: date
    offset_quantity: int = 0
    offset_amount: int = 0
    trade_id: str = ""


class Delivery(NamedTuple):
    """What moved: a part of both legs, what its lateness costs the account (below zero: brings it), what a buy-in cost beyond the terms."""

    quantity: int
    amount: int
    penalty: int
    compensation: int
    lines: Lines


def share(total: int, moved: int, of: int, unit: int) -> int:
    """What of `total` has moved once `moved` of `of` has, in whole units; all of it at the end. Differences of it are exact parts."""
    if moved >= of:
        return total
    part = abs(total) * moved // (of * unit) * unit
    return part if total >= 0 else -part


def deliver(
    terms: Terms, settled: int, quantity: int, *, time: int, fault: str = "", penalty_rate: int = 0, price: int | None = None
) -> Delivery:
    """The next `quantity` after `settled` has moved. `penalty_rate` is a day's part of the cash, in 1e-8; `price` is that of a buy-in."""
    before, after, unit = settled, settled + quantity, smallest(terms.currency)

    def part(total: int, unit: int) -> int:
        whole = terms.quantity
        return share(total, after, whole, unit) - (share(total, before, whole, unit) if before else 0)

    amount = part(terms.amount, unit)
    sign = 1 if terms.side == _BUY else -1
    securities = Net(sign * quantity * ONE, part(terms.offset_quantity, 1) * ONE)
    cash = Net(-sign * amount, part(terms.offset_amount, unit))
    penalty = _penalty(terms, amount, time, fault, penalty_rate)
    extra = compensation(terms, quantity, amount, price)
    lines = delivered_lines(terms.account, terms.symbol, terms.currency, securities, cash)
    return Delivery(quantity, amount, penalty, extra, lines + _charged(terms, penalty + extra))


def days_late(due: date, time: int) -> int:
    """Calendar days after the due date, 0 before."""
    return max((day_of(time) - due).days, 0)


def accrued(terms: Terms, amount: int, days: int, fault: str, penalty_rate: int) -> int:
    """What `days` of lateness of an amount cost the account; below zero what they bring it; nothing when it is nobody's fault."""
    if fault not in (OWN, OTHER):
        return 0
    cost = rounded(abs(amount) * penalty_rate * days, terms.currency)
    return cost if fault == OWN else -cost


def compensation(terms: Terms, quantity: int, amount: int, price: int | None) -> int:
    """What a seller who did not deliver pays when `quantity` was bought in at `price` above the terms; a buyer pays nothing."""
    if price is None or terms.side == _BUY:
        return 0
    return max(rounded((quantity * price - amount) * ONE, terms.currency), 0)


def _penalty(terms: Terms, amount: int, time: int, fault: str, penalty_rate: int) -> int:
    return accrued(terms, amount, days_late(terms.due, time), fault, penalty_rate)


def _charged(terms: Terms, cost: int) -> Lines:
    """Out of the account's cash to the clearing house, which hands it on; below zero the other way."""
    if not cost:
        return ()
    own = Place(terms.account, Kind.AVAILABLE, AssetType.CURRENCY, terms.currency)
    return Line(own, -cost), Line(own._replace(owner=CLEARING), cost)
