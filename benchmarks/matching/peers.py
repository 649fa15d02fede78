"""Matching engines from the package index, each behind a thin adapter that uses its public interface alone.

They are the extra of `requirements-bench.txt`: pure benchmark matter, so they lie in a folder of their own (`FOLDER`), not in the virtual
environment. Where a package cannot be had, its row says why.

What each does beside matching differs, and all of it is left as it comes: liquibook (C++) calls a listener per order and fill; litebook
(Rust) gives every order a UUID and a time stamp; pyorderbook keeps decimals and UUIDs; lightmatchingengine searches lists. None of them
checks ticks, lots or duplicates, none knows symbols' rules. The two compiled ones and pyorderbook take order objects that the caller makes:
`made beforehand` leaves making them out of the time, which is their best case; otherwise an order is made when its event comes, which is
what a venue would do.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.matching.contender import Calls, Contender
from benchmarks.matching.installing import FOLDER, install
from benchmarks.matching.streams import BUY, Event

SYMBOL = "X"


class Liquibook:
    """C++ (SWIG) order book; tells fills to a listener in Python."""

    def __init__(self, *, beforehand: bool) -> None:
        module = importlib.import_module("liquibook")
        self.volume = 0
        self._make, self._book, self._listener = module.SimpleOrder, module.liquibook_book_OrderBook(), _listener(module)(self)
        self._book.set_symbol(SYMBOL)
        self._book.set_order_listener(self._listener)
        self._orders: dict[int, Any] = {}
        self._beforehand = beforehand

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        made: list[Any] = []
        add, orders = self._book.add, self._orders
        for number, side, price, quantity in events:
            if side is None:
                made.append((self._book.cancel, (orders.pop(number),)) if self._beforehand else (self._cancel, (number,)))
            elif self._beforehand:
                orders[number] = self._make(side == BUY, price, quantity)
                made.append((add, (orders[number],)))
            else:
                made.append((self._enter, (number, side == BUY, price, quantity)))
        return made

    def read(self, answers: list[Any]) -> None:
        """Fills were told to the listener."""

    def _enter(self, number: int, is_buy: bool, price: int, quantity: int) -> None:
        order = self._orders[number] = self._make(is_buy, price, quantity)
        self._book.add(order)

    def _cancel(self, number: int) -> None:
        self._book.cancel(self._orders.pop(number))


def _listener(module: Any) -> type:
    """A class of the package's kind that counts volume."""

    class Listener(module.OrderListener):  # type: ignore[misc, name-defined]
        """Every method a book may call must be there."""

        def __init__(self, owner: Liquibook) -> None:
            module.OrderListener.__init__(self)
            self.owner = owner

        def on_accept(self, order: Any) -> None:
            """Nothing to do."""

        def on_reject(self, order: Any, reason: str) -> None:
            """Never, on a tape of limit orders."""
            raise AssertionError(reason)

        def on_fill(self, order: Any, matched: Any, quantity: int, price: int) -> None:
            """Count it."""
            self.owner.volume += quantity

        def on_cancel(self, order: Any) -> None:
            """Nothing to do."""

        def on_cancel_reject(self, order: Any, reason: str) -> None:
            """Never: no cancel of a tape is late."""
            raise AssertionError(reason)

    return Listener


class Litebook:
    """Rust order book; answers with a list of fills. Quantities are floats."""

    def __init__(self, *, beforehand: bool) -> None:
        module = importlib.import_module("litebook")
        self.volume = 0
        self._book = module.OrderBook(tick_size=1.0)
        self._buy, self._sell = module.OrderType.Buy, module.OrderType.Sell
        self._ids: dict[int, str] = {}
        self._beforehand = beforehand

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        made: list[Any] = []
        for number, side, price, quantity in events:
            if side is None:
                made.append((self._book.cancel, (self._ids.pop(number),)) if self._beforehand else (self._cancel, (number,)))
                continue
            word = self._buy if side == BUY else self._sell
            if self._beforehand:
                order = self._book.create_order(word, price, quantity)
                self._ids[number] = order.id
                made.append((self._book.add, (order,)))
            else:
                made.append((self._enter, (number, word, price, quantity)))
        return made

    def read(self, answers: list[Any]) -> None:
        """See `Contender`."""
        self.volume += round(sum(fill.quantity for fills in answers if fills.__class__ is list for fill in fills))

    def _enter(self, number: int, word: Any, price: int, quantity: int) -> list[Any]:
        order = self._book.create_order(word, price, quantity)
        self._ids[number] = order.id
        return self._book.add(order)

    def _cancel(self, number: int) -> bool:
        return self._book.cancel(self._ids.pop(number))


class PyOrderBook:
    """Pure Python; answers with a blotter of trades."""

    def __init__(self, *, beforehand: bool) -> None:
        module = importlib.import_module("pyorderbook")
        self.volume = 0
        self._book, self._bid, self._ask = module.Book(), module.bid, module.ask
        self._orders: dict[int, Any] = {}
        self._beforehand = beforehand

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        made: list[Any] = []
        for number, side, price, quantity in events:
            if side is None:
                made.append((self._book.cancel, (self._orders.pop(number),)) if self._beforehand else (self._cancel, (number,)))
                continue
            make = self._bid if side == BUY else self._ask
            if self._beforehand:
                self._orders[number] = make(SYMBOL, price, quantity)
                made.append((self._book.match, (self._orders[number],)))
            else:
                made.append((self._enter, (number, make, price, quantity)))
        return made

    def read(self, answers: list[Any]) -> None:
        """See `Contender`."""
        self.volume += sum(trade.fill_quantity for blotter in answers if blotter is not None for trade in blotter.trades)

    def _enter(self, number: int, make: Callable[..., Any], price: int, quantity: int) -> Any:
        order = self._orders[number] = make(SYMBOL, price, quantity)
        return self._book.match(order)

    def _cancel(self, number: int) -> None:
        self._book.cancel(self._orders.pop(number))


class LightMatchingEngine:
    """Pure Python; makes its orders itself and numbers them from 1, so a cancel's number is known without asking."""

    def __init__(self) -> None:
        module = importlib.import_module("lightmatchingengine.lightmatchingengine")
        self.volume = 0
        self._engine, self._side = module.LightMatchingEngine(), module.Side
        self._numbers: dict[int, int] = {}

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        made: list[Any] = []
        add, cancel = self._engine.add_order, self._engine.cancel_order
        for number, side, price, quantity in events:
            if side is None:
                made.append((cancel, (self._numbers[number], SYMBOL)))
            else:
                self._numbers[number] = len(self._numbers) + 1
                made.append((add, (SYMBOL, price, quantity, self._side.BUY if side == BUY else self._side.SELL)))
        return made

    def read(self, answers: list[Any]) -> None:
        """A match is told once for either side: those of the incoming order are counted."""
        for answer in answers:
            if answer.__class__ is tuple:
                order, trades = answer
                self.volume += sum(trade.trade_qty for trade in trades if trade.order_id == order.order_id)


ENTRANTS: dict[str, tuple[str, Callable[[], Contender]]] = {
    "liquibook": ("liquibook", lambda: Liquibook(beforehand=False)),
    "liquibook, orders made beforehand": ("liquibook", lambda: Liquibook(beforehand=True)),
    "litebook": ("litebook", lambda: Litebook(beforehand=False)),
    "litebook, orders made beforehand": ("litebook", lambda: Litebook(beforehand=True)),
    "pyorderbook": ("pyorderbook", lambda: PyOrderBook(beforehand=False)),
    "pyorderbook, orders made beforehand": ("pyorderbook", lambda: PyOrderBook(beforehand=True)),
    "lightmatchingengine": ("lightmatchingengine", LightMatchingEngine),
}
"""Name in the table -> its package, and what makes a fresh book of it."""

COMPILED = frozenset({"liquibook", "litebook"})
"""Packages that are not Python inside."""


def present() -> tuple[dict[str, Callable[[], Contender]], dict[str, str]]:
    """The peers that can run here, installed first if need be, and why the others cannot."""
    refused = install({package for package, _ in ENTRANTS.values()})
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
        importlib.invalidate_caches()
    able: dict[str, Callable[[], Contender]] = {}
    for name, make in _installed(refused):
        try:
            make()
        except Exception as error:  # noqa: BLE001 - whatever a foreign package raises, its row says it and the others are measured
            refused[name] = f"does not run: {type(error).__name__}: {error}"
        else:
            able[name] = make
    return able, refused


def _installed(refused: dict[str, str]) -> Iterator[tuple[str, Callable[[], Contender]]]:
    for name, (package, make) in ENTRANTS.items():
        if package not in refused:
            yield name, make
