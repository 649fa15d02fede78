"""One order as risk knows it: its terms, what is open of it, and the requests about it that matching has not answered yet."""

from dataclasses import astuple, dataclass, field, replace
from typing import Any, NamedTuple

from schemas.messages import Conditions


class Terms(NamedTuple):
    """What a replace can change. Prices and quantities in 1e-8; `price` and `stop_price` are None where the order has none."""

    quantity: int
    price: int | None
    stop_price: int | None = None


@dataclass(slots=True)
class OpenOrder:
    """An order that may still trade, with its terms as of the last record.

    `pending` holds the terms of replaces that matching has not answered yet, oldest first, `pending_at` the price each was judged at.
    `judged` is the price an order without a limit was judged at: its value is counted at it as long as it is open. `trader` is the user
    who entered the order. A stop that has been `triggered` has no stop price and no offset any more, whatever its conditions once were.
    `cut` is the total that a reduce-only order is to have, as matching has been told but has not answered yet.
    """

    id: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: int
    price: int | None
    client_order_id: str | None
    cum: int = 0
    leaves: int = 0
    cancel_pending: bool = False
    pending: list[Terms] = field(default_factory=list)
    conditions: Conditions | None = None
    trade_date: str | None = None
    trader: str | None = None
    triggered: bool = False
    judged: int = 0
    pending_at: list[int] = field(default_factory=list)
    cut: int | None = None

    @property
    def stop_price(self) -> int | None:
        """Where it will be triggered, if it waits for that."""
        return None if self.conditions is None or self.triggered else self.conditions.stop_price

    @property
    def trail_offset(self) -> int | None:
        """How far behind the market it waits, if it does."""
        return None if self.conditions is None or self.triggered else self.conditions.trail_offset

    @property
    def reduce_only(self) -> bool:
        """Whether it may only take a position away."""
        return self.conditions is not None and self.conditions.reduce_only

    @property
    def terms(self) -> Terms:
        """The terms in force."""
        return Terms(self.quantity, self.price, self.stop_price)

    @property
    def valued_at(self) -> int:
        """The price it is counted at: its limit, or what it was judged at."""
        return self.judged if self.price is None else self.price

    @property
    def reserved(self) -> int:
        """The most that may still trade: what is open now, or would be after a pending replace."""
        if not self.pending:
            return self.leaves
        return max(self.leaves, max(terms.quantity for terms in self.pending) - self.cum)

    @property
    def reserved_value(self) -> int:
        """The most it may still be worth, in 1e-16: at its terms, or at those of a pending replace."""
        now = self.leaves * self.valued_at
        if not self.pending:
            return now
        return max(now, *((terms.quantity - self.cum) * at for terms, at in zip(self.pending, self.pending_at, strict=True)))

    @property
    def last_terms(self) -> Terms:
        """The terms the order will have when everything pending is accepted."""
        if not self.pending:
            return self.terms
        last = self.pending[-1]
        return last._replace(stop_price=None) if self.triggered else last

    def is_reduction(self, asked: Terms) -> bool:
        """Whether these terms can only take risk away, however the pending replaces end: less or as much, at the same prices."""
        if asked.quantity <= self.cum and not self.pending:
            return True
        return all(
            asked.quantity <= held.quantity and asked.price == held.price and (self.triggered or asked.stop_price == held.stop_price)
            for held in (self.terms, *self.pending)
        )

    def ask(self, terms: Terms, judged: int | None) -> None:
        """Wait for the answer to a replace that was judged at a price; None: it was no more than a reduction."""
        at = terms.price or judged or max(self.judged, terms.stop_price or 0, *self.pending_at, 0)
        self.pending.append(terms)
        self.pending_at.append(at)

    def take_answer(self, *, accepted: bool) -> None:
        """Matching has answered the oldest replace that is pending."""
        asked, at = self.pending.pop(0), self.pending_at.pop(0)
        if not accepted:
            return
        if self.price is None:
            self.judged = at
        if asked.stop_price is not None:
            self.move_stop(asked.stop_price)

    def move_stop(self, stop_price: int) -> None:
        """Wait at another price from now on."""
        self.conditions = replace(self.conditions or Conditions(), stop_price=stop_price)

    def dump(self) -> list[Any]:
        """The order as values JSON can hold."""
        return [
            *(self.id, self.symbol, self.side, self.type, self.tif, self.quantity, self.price, self.client_order_id),
            *(self.cum, self.leaves, self.cancel_pending, [list(terms) for terms in self.pending]),
            *(None if self.conditions is None else astuple(self.conditions), self.trade_date, self.trader, self.triggered),
            *(self.judged, list(self.pending_at), self.cut),
        ]

    @classmethod
    def load(cls, values: list[Any]) -> "OpenOrder":
        """The order that was dumped."""
        order = cls(*values)
        order.pending = [Terms(*terms) for terms in order.pending]
        order.pending_at = list(order.pending_at)
        if order.conditions is not None:
            order.conditions = Conditions(*order.conditions)  # type: ignore[misc] # the dumped list of its fields
        return order
