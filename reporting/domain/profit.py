"""Profit and loss: first-in-first-out lots, the day's result, other currencies. Pure. Integers of 1e-16, quantities and prices of 1e-8."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from reporting.domain.positions import Fill, standing
from schemas.enums import Side

_BUY = Side.BUY.value
AVERAGE, FIFO = METHODS = ("average", "fifo")
"""How what is closed is costed: at the average of what was open, or the oldest first."""


class Lots(NamedTuple):
    """What is open by FIFO, oldest first, as (signed quantity, price) in 1e-8, and what closing the others has realised."""

    open: tuple[tuple[int, int], ...]
    realised: int

    @property
    def quantity(self) -> int:
        """Signed: negative is short."""
        return sum(quantity for quantity, _ in self.open)

    @property
    def cost(self) -> int:
        """Signed cost of what is open."""
        return sum(quantity * price for quantity, price in self.open)


def fifo(fills: Iterable[Fill]) -> Lots:
    """The lots of one account and instrument: a closing fill takes the oldest first, a flip through zero opens at its price.

    `fills` in the order of the account's numbers; corrected ones count as if they had been so from the start, at their first place.
    """
    lots: deque[list[int]] = deque()
    realised = 0
    for one in standing(fills):
        left = one.quantity if one.side == _BUY else -one.quantity
        while left and lots and (lots[0][0] > 0) != (left > 0):
            closed = min(abs(left), abs(lots[0][0])) * (1 if lots[0][0] > 0 else -1)
            realised += closed * (one.price - lots[0][1])
            lots[0][0] -= closed
            left += closed
            if not lots[0][0]:
                lots.popleft()
        if left:
            lots.append([left, one.price])
    return Lots(tuple((quantity, price) for quantity, price in lots), realised)


class Rate(NamedTuple):
    """`numerator / denominator` units of the base currency for one of another; whose rate, of which date (ISO)."""

    numerator: int
    denominator: int
    source: str
    date: str


def in_base(amount: int | None, rate: Rate | None) -> int | None:
    """An amount in the base currency, rounded half-even; None where the amount or the rate is not known: nothing is guessed."""
    if amount is None or rate is None:
        return None
    whole, rest = divmod(amount * rate.numerator, rate.denominator)
    return whole + (2 * rest > rate.denominator or (2 * rest == rate.denominator and whole % 2 == 1))


class Today(NamedTuple):
    """Net of the fills of a day: quantity (1e-8, bought above zero) and cash (1e-16, received above zero)."""

    quantity: int = 0
    cash: int = 0


def day_result(quantity: int, mark: int | None, today: Today, close: int | None) -> int | None:
    """What the day brought before fees: what is held now at the mark, less what was held at its beginning at the last close, and the
    cash of the day's fills. None where a price that counts is missing.
    """
    before = quantity - today.quantity
    if (quantity and mark is None) or (before and close is None):
        return None
    return quantity * (mark or 0) - before * (close or 0) + today.cash


def together(amounts: Iterable[int | None]) -> int | None:
    """The sum; None as soon as one of them is not known."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
