"""An order as the engine knows it while it is open, and for a while after."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from schemas.enums import OrderType
from schemas.messages import Conditions

if TYPE_CHECKING:
    from matching.domain.ladder import Level

STOPS = frozenset({OrderType.STOP.value, OrderType.STOP_LIMIT.value, OrderType.TRAILING_STOP.value})
_NONE = Conditions()


class Order:
    """One order: its terms, what is left of it, and its place in the queue of its price level.

    Quantities and prices are integers of 1e-8. `leaves` stays as it was when an order is canceled, so `cum` is right for closed orders too.
    `level` is None unless the order rests; `before` and `behind` are its neighbors in the queue, the older one first. `trade_date` is the
    business date it was entered on, None where nobody says. What only some orders have is a constant here, and a slot in
    `ConditionalOrder`: a plain order pays nothing for it.
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
        "trade_date",
        "type",
    )

    conditional: ClassVar[bool] = False
    conditions: Conditions | None = None
    hidden: int = 0
    parked: bool = False
    elected: bool = False
    triggered: bool = False

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
        trade_date: str | None = None,
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
        self.trade_date = trade_date
        self.level: Level | None = None
        self.before: Order | None = None
        self.behind: Order | None = None

    @property
    def cum(self) -> int:
        """Filled so far (FIX CumQty, tag 14)."""
        return self.quantity - self.leaves

    @property
    def owner(self) -> str:
        """Orders of one owner are each other's own orders: the self-trade group where there is one, else the account."""
        return (self.conditions and self.conditions.self_trade_group) or self.account

    @property
    def waits(self) -> bool:
        """Whether it is a stop that has not acted yet."""
        return self.type in STOPS and not self.triggered

    def slice(self) -> None:
        """Show as much as the order's conditions say: a plain order shows all."""

    def shrink(self, quantity: int) -> None:
        """Take `quantity` off what is left."""
        self.leaves -= quantity

    def __repr__(self) -> str:
        return f"<Order {self.id} {self.side} {self.leaves}/{self.quantity} @ {self.price}>"


class ConditionalOrder(Order):
    """An order with conditions, a stop, or one for an auction alone.

    `hidden` is the part of `leaves` the book does not show. A stop is `parked` until a price elects it, `elected` until it acts, then
    `triggered`; `entry` is its rank among the stops of its book and `best` the best last price since, which a trailing stop follows.
    """

    __slots__ = ("best", "conditions", "elected", "entry", "hidden", "parked", "triggered")

    conditional: ClassVar[bool] = True

    def __init__(self, *terms: object, conditions: Conditions | None = None) -> None:
        super().__init__(*terms)  # type: ignore[arg-type] # the terms of an order, in its order
        self.conditions: Conditions | None = conditions
        self.hidden = 0
        self.parked = self.elected = self.triggered = False
        self.entry = 0
        self.best: int | None = None

    @property
    def asks(self) -> Conditions:
        """The conditions, none of them set where there are none."""
        return self.conditions or _NONE

    def slice(self) -> None:
        """Show the display quantity, or all that is left where that is less or nothing is hidden."""
        display = self.asks.display_quantity
        self.hidden = 0 if display is None else max(0, self.leaves - display)

    def shrink(self, quantity: int) -> None:
        """Take `quantity` off what is left, hidden quantity first."""
        self.leaves -= quantity
        self.hidden = max(0, self.hidden - quantity)
