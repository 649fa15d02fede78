"""A book so plain that its rules can be checked by reading: one list, sorted for every match. Slow; imports nothing of the engine."""

from dataclasses import dataclass, field


@dataclass
class Resting:
    """An order and when it took its place (a change that loses the place takes a later one)."""

    id: str
    side: str
    quantity: int
    leaves: int
    price: int | None
    tif: str
    place: int = 0


@dataclass
class NaiveBook:
    """Answers commands in the words of `drawing.told`, prices and quantities as integers."""

    open: dict[str, Resting] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    clock: int = 0

    def new(self, id: str, side: str, quantity: int, price: int | None, tif: str) -> list[tuple]:
        if id in self.open:
            return [("rejected", id)]
        return [("new", id), *self._act(Resting(id, side, quantity, quantity, price, tif))]

    def cancel(self, id: str) -> list[tuple]:
        if id not in self.open:
            return [("cancel_rejected", id, id in self.closed)]
        order = self.open.pop(id)
        self.closed.add(id)
        return [("canceled", id, order.leaves)]

    def replace(self, id: str, quantity: int | None, price: int | None) -> list[tuple]:
        if id not in self.open:
            return [("replace_rejected", id, id in self.closed)]
        order = self.open[id]
        quantity = order.quantity if quantity is None else quantity
        price = order.price if price is None else price
        filled = order.quantity - order.leaves
        kept = price == order.price and quantity <= order.quantity
        if quantity <= filled:
            del self.open[id]
            self.closed.add(id)
            return [("replaced", id, 0, kept)]
        order.quantity, order.leaves, order.price = quantity, quantity - filled, price
        answer: list[tuple] = [("replaced", id, order.leaves, kept)]
        if not kept:
            del self.open[id]
            answer += self._act(order)
        return answer

    def _act(self, order: Resting) -> list[tuple]:
        answer: list[tuple] = []
        while order.leaves and (maker := self._opposite(order)) is not None:
            quantity = min(order.leaves, maker.leaves)
            order.leaves -= quantity
            maker.leaves -= quantity
            answer.append(("trade", order.id, maker.id, quantity, maker.price))
            if not maker.leaves:
                del self.open[maker.id]
                self.closed.add(maker.id)
        if order.leaves and order.price is not None and order.tif != "ioc":
            self.clock += 1
            order.place = self.clock
            self.open[order.id] = order
            return answer
        self.closed.add(order.id)
        return [*answer, ("canceled", order.id, order.leaves)] if order.leaves else answer

    def _opposite(self, order: Resting) -> Resting | None:
        """The resting order `order` may trade with first: best price, then first in place."""
        others = [other for other in self.open.values() if other.side != order.side]
        if order.side == "buy":
            fitting = [other for other in others if order.price is None or other.price <= order.price]
            return min(fitting, key=lambda other: (other.price, other.place), default=None)
        fitting = [other for other in others if order.price is None or other.price >= order.price]
        return min(fitting, key=lambda other: (-other.price, other.place), default=None)
