"""The engine answering in the model's words, so that the two can be compared."""

from collections.abc import Callable
from typing import Any

from matching.domain.engine import Engine
from schemas.messages import OrderCommand
from tests.unit.matching.drawing import instrument


def _terms(event: Any) -> tuple:
    return (event.order.id, event.quantity, event.order.price, event.leaves, event.kept_priority)


_WORDS: dict[str, Callable[[Any], tuple]] = {
    "Accepted": lambda e: ("new", e.order.id),
    "Traded": lambda e: (
        *("trade", e.taker.symbol, e.seq, e.price, e.quantity),
        *(e.maker.id, e.maker_leaves, e.taker.id, e.taker_leaves),
    ),
    "Uncrossed": lambda e: ("uncrossed", e.buy.symbol, e.seq, e.price, e.quantity, e.buy.id, e.buy_leaves, e.sell.id, e.sell_leaves),
    "Canceled": lambda e: ("canceled", e.order.id, e.leaves, e.reason),
    "Expired": lambda e: ("expired", e.order.id, e.leaves, e.reason),
    "Replaced": lambda e: ("replaced", *_terms(e)),
    "Restated": lambda e: ("restated", *_terms(e), e.reason),
    "Triggered": lambda e: ("triggered", e.order.id),
    "Suspended": lambda e: ("suspended", e.order.id, e.leaves),
    "DoneForDay": lambda e: ("done_for_day", e.order.id, e.leaves),
    "TradeChanged": lambda e: ("trade_changed", e.order.id, e.trade_id, e.quantity, e.price, e.cum, e.leaves),
    "PhaseChanged": lambda e: ("phase", e.symbol, e.phase, e.auction, e.reason),
    "Rejected": lambda e: ("rejected", e.id, e.code),
    "CancelRejected": lambda e: ("cancel_rejected", e.id, e.code),
    "ReplaceRejected": lambda e: ("replace_rejected", e.id, e.code),
}


def plain(event: Any) -> tuple:
    """An event in the model's words; by the name of its class, so that the events of a changed copy of the engine are understood too."""
    return _WORDS[type(event).__name__](event)


class Subject:
    """An engine (or a changed copy of it) that knows X and Y."""

    def __init__(self, make: Callable[[], Any] = Engine) -> None:
        self.engine = make()
        for symbol in ("X", "Y"):
            self.engine.apply(instrument(symbol))

    def apply(self, command: OrderCommand) -> list[tuple]:
        return [plain(event) for event in self.engine.apply(command)]

    def levels(self, symbol: str, side: str) -> list[tuple[int, int, int]]:
        """Price, displayed quantity and number of orders of each level, best first."""
        book = self.engine.books[symbol]
        ladder = book.bids if side == "buy" else book.asks
        return [(level.price, level.quantity, level.count) for level in ladder.in_order()]

    def last(self, symbol: str) -> int | None:
        return self.engine.books[symbol].last
