"""Reduce-only orders follow the position: what is no longer there to reduce is taken off them, the newest first.

An order is judged when it is entered and when it is replaced. Afterwards another order of its side, or a fill that is taken back, may
shrink the position it was to close; then the order is cut to what is left, so that it never opens a position. A fill that happens before
the cut has reached matching is counted by it: the cut names the total of the order.
"""

from typing import TYPE_CHECKING, NamedTuple

from risk.domain.open_order import OpenOrder
from schemas.enums import Side

if TYPE_CHECKING:
    from risk.domain.exposure import AccountState


class Cut(NamedTuple):
    """An order that is to keep so much open (1e-8); 0: it is to be canceled."""

    order: OpenOrder
    keep: int


def cut_back(account: "AccountState", symbol: str) -> list[Cut]:
    """The account's reduce-only orders of a symbol that are more than there is to reduce, served in entry order; each is told once."""
    position = account.position(symbol)
    room = {Side.SELL.value: max(position, 0), Side.BUY.value: max(-position, 0)}
    cuts = []
    for order in account.reducing.values():
        if order.symbol != symbol:
            continue
        counted = order.reserved if order.cut is None else min(order.reserved, max(order.cut - order.cum, 0))
        keep = min(counted, room[order.side])
        room[order.side] -= keep
        if keep < counted and not order.cancel_pending:
            order.cut = order.cum + keep
            cuts.append(Cut(order, keep))
    return cuts
