"""An order as the engine knows it while it is open, and for a while after."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matching.domain.ladder import Level


class Order:
    """One order: its terms, what is left of it, and its place in the queue of its price level.

    Quantities and prices are integers of 1e-8. `leaves` stays as it was when an order is canceled, so `cum` is right for closed orders too.
    `level` is None unless the order rests; `before` and `behind` are its neighbors in the queue, the older one first.
    """

    __slots__ = (
        "account",
        "before",
        "behind",
        "client_order_id",
        "id",
        "leaves",
        "level",
        "price",
        "quantity",
        "side",
        "symbol",
        "tif",
        "type",
    )

    def __init__(  # noqa: PLR0917 - by position, because one is made per command
        self,
        id: str,
        account: str,
        symbol: str,
        side: str,
        type: str,
        tif: str,
        quantity: int,
        price: int | None,
        leaves: int,
        client_order_id: str | None,
    ) -> None:
        self.id = id
        self.account = account
        self.symbol = symbol
        self.side = side
        self.type = type
        self.tif = tif
        self.quantity = quantity
        self.price = price
        self.leaves = leaves
        self.client_order_id = client_order_id
        self.level: Level | None = None
        self.before: Order | None = None
        self.behind: Order | None = None

    @property
    def cum(self) -> int:
        """Filled so far (FIX CumQty, tag 14)."""
        return self.quantity - self.leaves

    def __repr__(self) -> str:
        return f"<Order {self.id} {self.side} {self.leaves}/{self.quantity} @ {self.price}>"
