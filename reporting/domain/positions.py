"""Positions by average cost, in integers. Pure.

Quantities are in 1e-8, prices in 1e-8, cost and P&L in 1e-16. What a closing fill takes out of the cost is rounded half-even to the unit,
and what is left keeps the rest: so cost - realised is always exactly what was paid less what was received, and a flat position costs 0.
"""

from typing import NamedTuple

from schemas.enums import Side

_BUY = Side.BUY.value


class Holding(NamedTuple):
    """`quantity` and `cost` are signed: negative is short. `bought` and `sold` only grow."""

    quantity: int = 0
    cost: int = 0
    realised: int = 0
    bought: int = 0
    sold: int = 0


def filled(held: Holding, side: str, quantity: int, price: int) -> Holding:
    """The holding after a fill: it adds at its price, closes at average cost, or flips through zero and opens at its price."""
    signed = quantity if side == _BUY else -quantity
    bought, sold = (held.bought + quantity, held.sold) if signed > 0 else (held.bought, held.sold + quantity)
    if held.quantity == 0 or (held.quantity > 0) == (signed > 0):
        return Holding(held.quantity + signed, held.cost + signed * price, held.realised, bought, sold)
    closed = min(quantity, abs(held.quantity))
    direction = 1 if held.quantity > 0 else -1
    released = held.cost if closed == abs(held.quantity) else _half_even(held.cost * closed, abs(held.quantity))
    realised = held.realised + direction * closed * price - released
    opened = quantity - closed
    return Holding(held.quantity + signed, held.cost - released - direction * opened * price, realised, bought, sold)


def unrealised(held: Holding, mark: int) -> int:
    """What closing at `mark` would realise."""
    return held.quantity * mark - held.cost


def average_cost(held: Holding) -> int | None:
    """Price at which the open quantity was taken, half-even to 1e-8; None when flat."""
    return _half_even(abs(held.cost), abs(held.quantity)) if held.quantity else None


def _half_even(numerator: int, denominator: int) -> int:
    """Numerator / denominator (> 0) to the nearest integer, half to even."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + 1 if twice > denominator or (twice == denominator and quotient % 2) else quotient
