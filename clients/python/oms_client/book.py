"""A book kept current from the channel `book`: a snapshot replaces it, an update changes the levels it lists."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple


class Level(NamedTuple):
    """One price level."""

    price: Decimal
    quantity: Decimal
    orders: int


class Book:
    """Both sides of one symbol."""

    def __init__(self) -> None:
        self.seq = 0
        self.phase: str | None = None
        self._bids: dict[Decimal, Level] = {}
        self._asks: dict[Decimal, Level] = {}

    def snapshot(self, told: Mapping[str, Any]) -> None:
        """Take the whole book."""
        self._bids.clear()
        self._asks.clear()
        self.update(told)

    def update(self, told: Mapping[str, Any]) -> None:
        """Take the changed levels; a quantity of 0 removes one."""
        self.seq, self.phase = told["seq"], told["phase"]
        for side, levels in ((self._bids, told["bids"]), (self._asks, told["asks"])):
            for price, quantity, orders in levels:
                level = Level(Decimal(price), Decimal(quantity), orders)
                if level.quantity:
                    side[level.price] = level
                else:
                    side.pop(level.price, None)

    @property
    def bids(self) -> list[Level]:
        """Best (highest) first."""
        return [self._bids[price] for price in sorted(self._bids, reverse=True)]

    @property
    def asks(self) -> list[Level]:
        """Best (lowest) first."""
        return [self._asks[price] for price in sorted(self._asks)]
