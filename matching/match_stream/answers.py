"""Events of the engine, books and the hash as lines of JSON: ASCII, one object a line, keys in the order of the contract."""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring_ascii as quoted

from matching.domain import events as told
from matching.domain.book import Book
from matching.domain.events import Event
from matching.domain.ladder import Ladder
from matching.domain.orders import Order
from matching.match_stream.numbers import Texts
from schemas.enums import Reason

_decimal = Texts().__getitem__


class Answers:
    """The output as it grows: `lines` holds what was not taken away yet. Trades are numbered from 1 over the whole run."""

    __slots__ = ("_head", "lines", "trades")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.trades = 0
        self._head = ""

    def tell(self, n: int, events: Sequence[Event]) -> None:
        """What followed from line `n`, in the order it happened."""
        self._head = f'{{"n":{n},"type":"'
        for event in events:
            write = _WRITERS.get(type(event))
            if write is not None:
                write(self, event)

    def book(self, n: int, symbol: str, book: Book | None, depth: int | None) -> None:
        """The levels of a symbol, best first; a symbol nobody named has an empty book."""
        bids, asks, last = ("", "", None) if book is None else (_levels(book.bids, depth), _levels(book.asks, depth), book.last)
        self.lines.append(f'{{"n":{n},"type":"book","symbol":{quoted(symbol)},"bids":[{bids}],"asks":[{asks}],"last":{_price(last)}}}\n')

    def hash(self, value: str) -> None:
        """The last line of a run with `--hash`."""
        self.lines.append(f'{{"type":"hash","value":"{value}"}}\n')

    def drain(self) -> str:
        """The lines since the last call."""
        text = "".join(self.lines)
        self.lines.clear()
        return text

    def _accepted(self, event: told.Accepted) -> None:
        self.lines.append(f'{self._head}new","id":{quoted(event.order.id)}}}\n')

    def _traded(self, event: told.Traded) -> None:
        sides = f'"maker":{quoted(event.maker.id)},"taker":{quoted(event.taker.id)}'
        self._trade(event.maker.symbol, event.price, event.quantity, sides)

    def _uncrossed(self, event: told.Uncrossed) -> None:
        sides = f'"buy":{quoted(event.buy.id)},"sell":{quoted(event.sell.id)}'
        self._trade(event.buy.symbol, event.price, event.quantity, sides)

    def _trade(self, symbol: str, price: int, quantity: int, sides: str) -> None:
        self.trades += 1
        terms = f'"symbol":{quoted(symbol)},"price":{_decimal(price)},"quantity":{_decimal(quantity)}'
        self.lines.append(f'{self._head}trade","trade_id":"T{self.trades}",{terms},{sides}}}\n')

    def _canceled(self, event: told.Canceled) -> None:
        self._gone("canceled", event.order, event.leaves, event.reason)

    def _expired(self, event: told.Expired) -> None:
        self._gone("expired", event.order, event.leaves, event.reason)

    def _gone(self, kind: str, order: Order, leaves: int, reason: str) -> None:
        self.lines.append(f'{self._head}{kind}","id":{quoted(order.id)},"leaves":{_decimal(leaves)},"reason":"{reason}"}}\n')

    def _replaced(self, event: told.Replaced | told.Restated) -> None:
        order = event.order
        terms = f'"quantity":{_decimal(event.quantity)},"price":{_price(order.price)},"leaves":{_decimal(event.leaves)}'
        kept = "true" if event.kept_priority else "false"
        self.lines.append(f'{self._head}replaced","id":{quoted(order.id)},{terms},"kept_priority":{kept}}}\n')

    def _restated(self, event: told.Restated) -> None:
        if event.reason == Reason.SELF_TRADE:
            self._replaced(event)

    def _triggered(self, event: told.Triggered) -> None:
        self.lines.append(f'{self._head}triggered","id":{quoted(event.order.id)}}}\n')

    def _rejected(self, event: told.Rejected) -> None:
        self._refused("rejected", event.id, event.code)

    def _cancel_rejected(self, event: told.CancelRejected) -> None:
        self._refused("cancel_rejected", event.id, event.code)

    def _replace_rejected(self, event: told.ReplaceRejected) -> None:
        self._refused("replace_rejected", event.id, event.code)

    def _refused(self, kind: str, order_id: str, code: str) -> None:
        self.lines.append(f'{self._head}{kind}","id":{quoted(order_id)},"code":"{code}"}}\n')


_WRITERS: dict[type, Callable[..., None]] = {
    told.Accepted: Answers._accepted,
    told.Traded: Answers._traded,
    told.Uncrossed: Answers._uncrossed,
    told.Canceled: Answers._canceled,
    told.Expired: Answers._expired,
    told.Replaced: Answers._replaced,
    told.Restated: Answers._restated,
    told.Triggered: Answers._triggered,
    told.Rejected: Answers._rejected,
    told.CancelRejected: Answers._cancel_rejected,
    told.ReplaceRejected: Answers._replace_rejected,
}
"""Events of other kinds (a phase, a suspension, the end of an order's day) make no line."""


def _price(price: int | None) -> str:
    return "null" if price is None else _decimal(price)


def _levels(ladder: Ladder, depth: int | None) -> str:
    levels = ladder.in_order()[:depth]
    return ",".join(f"[{_decimal(level.price)},{_decimal(level.quantity)},{level.count}]" for level in levels)
