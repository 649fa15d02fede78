"""The printed table of replaces is what the engine does: each row is sent to it."""

import pytest

from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.domain.events import Event, Replaced, Traded
from orders.lifecycle_page import GONE, KEPT, REPLACES, Change, replaces
from schemas.enums import CommandType, OrderType
from schemas.messages import Conditions, OrderCommand

FIRST, SECOND = "first", "second"


class Floor:
    """An engine, and two orders of 10 of which `FIRST` came earlier."""

    def __init__(self, *, stop: bool) -> None:
        self.engine = Engine(Rules(1, 1))
        self.sent = 0
        self.stop = stop
        for name in (FIRST, SECOND):
            if stop:
                self.enter(name, "buy", 10, type=OrderType.STOP, price=None, conditions=Conditions(stop_price=100))
            else:
                self.enter(name, "buy", 10)
        if not stop:
            self.enter("filler", "sell", 4)

    def send(self, kind: CommandType, name: str, **fields: object) -> list[Event]:
        self.sent += 1
        values: dict[str, object] = {"account": name, "symbol": "X", "time": self.sent} | fields
        return self.engine.apply(OrderCommand(kind.value, self.sent, name, **values))  # type: ignore[arg-type]

    def enter(self, name: str, side: str, quantity: int, **fields: object) -> list[Event]:
        values: dict[str, object] = {"type": OrderType.LIMIT, "tif": "day", "price": 100} | fields
        return self.send(CommandType.NEW, name, side=side, quantity=quantity, **values)

    def replace(self, change: Change) -> Replaced:
        conditions = None if change.stop_price is None else Conditions(stop_price=change.stop_price)
        events = self.send(CommandType.REPLACE, FIRST, quantity=change.quantity, price=change.price, conditions=conditions)
        assert isinstance(events[0], Replaced)
        return events[0]

    def served(self) -> list[str]:
        """Who buys, in which order, when everything is sold to them."""
        if self.stop:  # a trade at 101 elects every stop; each acts against what is offered
            self.enter("maker", "sell", 100, price=101)
            events = self.enter("taker", "buy", 1, price=101)
        else:
            price = min(order.price for order in self.engine.orders.values() if order.price is not None)
            events = self.enter("taker", "sell", 100, price=price)
        traded = [event for event in events if isinstance(event, Traded)]
        return [event.taker.id if self.stop else event.maker.id for event in traded if {FIRST, SECOND} & {event.taker.id, event.maker.id}]


@pytest.mark.parametrize("change", REPLACES, ids=lambda change: change.asked)
def test_the_engine_does_what_the_row_says(change: Change) -> None:
    floor = Floor(stop="stop" in change.asked)
    told = floor.replace(change)
    if change.place == GONE:
        assert told.leaves == 0
        assert FIRST not in floor.engine.orders
        assert told.order.quantity == 4, "the quantity is what was filled"
        return
    assert told.kept_priority == (change.place == KEPT)
    assert told.leaves == (change.quantity or 10) - (0 if floor.stop else 4)
    at_the_same_price = change.price in {None, 100} and change.stop_price in {None, 100}
    if at_the_same_price:
        assert floor.served() == ([FIRST, SECOND] if change.place == KEPT else [SECOND, FIRST])


@pytest.mark.parametrize(
    "change", [change for change in REPLACES if "may trade" in change.result and change.price], ids=lambda change: change.asked
)
def test_an_order_that_goes_to_the_tail_may_trade(change: Change) -> None:
    floor = Floor(stop=False)
    floor.enter("maker", "sell", 3, price=101)
    events = floor.send(CommandType.REPLACE, FIRST, quantity=change.quantity, price=change.price)
    assert isinstance(events[0], Replaced)
    assert any(isinstance(event, Traded) for event in events[1:])


def test_every_row_is_printed() -> None:
    lines = replaces().splitlines()
    assert len(lines) == len(REPLACES) + 2
    assert lines[2] == "| quantity down, same price | kept | open |"
