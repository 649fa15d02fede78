"""Positions by average cost, in integers, and what corrections of fills make of them. Pure.

Quantities are in 1e-8, prices in 1e-8, cost and P&L in 1e-16. What a closing fill takes out of the cost is rounded half-even to the unit,
and what is left keeps the rest: so cost - realised is always exactly what was paid less what was received, and a flat position costs 0.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.enums import ExecType, Side

_BUY = Side.BUY.value
_TRADE = ExecType.TRADE.value


class Holding(NamedTuple):
    """`quantity` and `cost` are signed: negative is short. `bought` and `sold` only grow, but for corrections."""

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


class Fill(NamedTuple):
    """A record of a fill: a trade, or what `trade_id`'s fill of `order` is now (quantity 0 when it was busted)."""

    kind: str
    order: str
    trade_id: str
    side: str
    quantity: int
    price: int


def restated(fills: Iterable[Fill]) -> Holding:
    """The holding as if every fill had been from the start what it was made later: exact, whatever was closed against it meanwhile.

    `fills` are all of one account and instrument, in the order of the account's numbers.
    """
    held = Holding()
    for one in standing(fills):
        held = filled(held, one.side, one.quantity, one.price)
    return held


def standing(fills: Iterable[Fill]) -> list[Fill]:
    """The fills as they are now, each at its first place, without those that were busted."""
    found: list[Fill | None] = []
    places: dict[tuple[str, str], int] = {}
    for fill in fills:
        name = (fill.order, fill.trade_id)
        if fill.kind == _TRADE or name not in places:
            places[name] = len(found)
            found.append(None)
        found[places[name]] = fill if fill.quantity else None
    return [one for one in found if one is not None]


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
