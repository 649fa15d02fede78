"""The price of a call auction by trying every candidate. Imports nothing of the engine."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.unit.matching.model_terms import Asked


class Clearing(NamedTuple):
    """What would trade at `price`, and what would be left: buyers above zero, sellers below."""

    price: int
    volume: int
    imbalance: int


def clearing(resting: Sequence[Asked], last: int | None) -> Clearing | None:
    """Most volume, then smallest imbalance, then nearest the last price, then the higher; None when nothing would trade."""
    candidates = {order.price for order in resting if order.price is not None}
    if last is not None:
        candidates.add(last)
    tried = [at(price, resting) for price in candidates]
    trading = [found for found in tried if found.volume]
    return min(trading, key=lambda found: rank(found, last), default=None)


def rank(found: Clearing, last: int | None) -> tuple[int, int, int, int]:
    """The least is the best."""
    return (-found.volume, abs(found.imbalance), 0 if last is None else abs(found.price - last), -found.price)


def at(price: int, resting: Sequence[Asked]) -> Clearing:
    """Hidden quantity counts; an order without a price takes any."""
    bought = sum(order.leaves for order in resting if order.side == "buy" and (order.price is None or order.price >= price))
    sold = sum(order.leaves for order in resting if order.side == "sell" and (order.price is None or order.price <= price))
    return Clearing(price, min(bought, sold), bought - sold)
