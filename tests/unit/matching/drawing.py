"""Books as small tables of bid, price, ask, and a desk that sends commands and tells events as text.

A drawn row is `bids price asks`, best ask on top of best bid, each order as `id:leaves`, the first to be served first:

            10.02  c:5
            10.01  a:3 b:2
    d:4     10.00
"""

from decimal import Decimal
from typing import Any

from matching.domain.book import Book
from matching.domain.engine import Engine
from matching.domain.events import Accepted, Canceled, CancelRejected, Event, Rejected, Replaced, ReplaceRejected, Traded
from matching.domain.ladder import Ladder, Level
from schemas.messages import OrderCommand
from schemas.units import format_units, to_units

CENT = to_units(Decimal("0.01"))
SHARE = to_units(1)


def units(value: str | int | None) -> int | None:
    """A number as a test writes it, in 1e-8."""
    return None if value is None else to_units(Decimal(value))


def command(kind: str, id: str = "", **fields: Any) -> OrderCommand:
    """A command on X; quantity and price as a test writes them, account the order's id unless given."""
    for name in ("quantity", "price"):
        fields[name] = units(fields.get(name))
    defaults: dict[str, Any] = {"command_id": 1, "account": id, "symbol": "X", "time": 1_000_000}
    return OrderCommand(kind, id=id, **(defaults | fields))


def instrument(symbol: str = "X", tick: int = CENT, lot: int = SHARE) -> OrderCommand:
    """The control that makes a symbol known."""
    return OrderCommand("instrument", 1, "", "", symbol, 1_000_000, attributes={"tick": tick, "lot": lot})


class Desk:
    """An engine with the instrument X (tick 0.01, lot 1). Every method returns the events as text."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.engine.apply(instrument())

    def send(self, order_command: OrderCommand) -> list[str]:
        return [told(event) for event in self.engine.apply(order_command)]

    def buy(self, id: str, quantity: str | int, price: str | None = None, **fields: Any) -> list[str]:
        return self._new(id, "buy", quantity, price, fields)

    def sell(self, id: str, quantity: str | int, price: str | None = None, **fields: Any) -> list[str]:
        return self._new(id, "sell", quantity, price, fields)

    def _new(self, id: str, side: str, quantity: str | int, price: str | None, fields: dict[str, Any]) -> list[str]:
        kind = "market" if price is None else "limit"
        return self.send(command("new", id, **({"side": side, "type": kind, "tif": "day", "quantity": quantity, "price": price} | fields)))

    def cancel(self, id: str, **fields: Any) -> list[str]:
        return self.send(command("cancel", id, **fields))

    def replace(self, id: str, **fields: Any) -> list[str]:
        return self.send(command("replace", id, **fields))

    @property
    def book(self) -> Book:
        return self.engine.books["X"]

    def drawn(self) -> str:
        return draw(self.book)


def told(event: Event) -> str:
    """An event in words."""
    match event:
        case Accepted(order):
            words = f"new {order.id}"
        case Traded(taker, maker, quantity, price, taker_leaves, maker_leaves, _):
            left = f"{taker.id} left {format_units(taker_leaves)}, {maker.id} left {format_units(maker_leaves)}"
            words = f"trade {format_units(quantity)} @ {format_units(price)}: {left}"
        case Canceled(order, leaves, reason):
            words = f"canceled {order.id} {format_units(leaves)} {reason}"
        case Replaced(order, leaves, kept):
            place = "keeps its place" if kept else "to the tail"
            words = f"replaced {order.id} leaves {format_units(leaves)} {place}"
        case Rejected(id, code):
            words = f"rejected {id} {code}"
        case CancelRejected(id, code, _):
            words = f"cancel_rejected {id} {code}"
        case ReplaceRejected(id, code, _):
            words = f"replace_rejected {id} {code}"
    return words


def queue(level: Level) -> list[str]:
    """`id:leaves` of a level's orders, the first to be served first."""
    found = []
    order = level.head
    while order is not None:
        found.append(f"{order.id}:{format_units(order.leaves)}")
        order = order.behind
    return found


def _rows(ladder: Ladder) -> list[tuple[str, str]]:
    return [(f"{Decimal(level.price) / SHARE:.2f}", " ".join(queue(level))) for level in ladder.in_order()]


def draw(book: Book) -> str:
    """The book as a table."""
    rows = [("", price, orders) for price, orders in reversed(_rows(book.asks))]
    rows += [(orders, price, "") for price, orders in _rows(book.bids)]
    return _aligned(rows)


def table(text: str) -> str:
    """A table as a test draws it, in the form `draw` gives."""
    rows = []
    for line in text.strip("\n").splitlines():
        words = line.split()
        if words:
            at = next(index for index, word in enumerate(words) if ":" not in word)
            rows.append((" ".join(words[:at]), words[at], " ".join(words[at + 1 :])))
    return _aligned(rows)


def _aligned(rows: list[tuple[str, str, str]]) -> str:
    return "\n".join(f"{bids:>24} {price:>8} {asks}".rstrip() for bids, price, asks in rows)
