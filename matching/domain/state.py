"""The engine's whole state as plain values and back, and its hash: what snapshots hold and what proves that two engines are alike.

Layout (format 2): `{"books": [book, …], "closed": [older, newer], "ended": [id, …]}`, books by symbol (`_BOOK` names their values),
closed orders in the order they closed. `bids` and `asks` are rows of orders, best price first, oldest first; `beside` rows of open orders
that do not rest (stops, at-close orders, market orders of an auction) in entry order; `closing`, `called` and `elected` ids in their
order.
A row is `[entry, id, account, symbol, side, type, tif, quantity, price, leaves, client_order_id, trade_date, extra]`, `entry` the order's
rank among all open ones; `extra` is null for a plain order, else `[conditions, hidden, triggered, rank among the stops, best]`.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from matching.domain.book import Book, Rules
from matching.domain.engine import Engine
from matching.domain.ladder import Ladder
from matching.domain.orders import ConditionalOrder, Order
from schemas.messages import Conditions

FORMAT = 2

_BOOK = ("last", "trades", "updates", "phase", "auction", "trade_date", "done", "suspended", "reference", "given")


def dump(engine: Engine) -> dict[str, Any]:
    """The state in values JSON can hold, the same for engines that are alike."""
    entries = {order_id: entry for entry, order_id in enumerate(engine.orders)}
    beside: dict[str, list[Order]] = {}
    for order in engine.orders.values():
        if order.level is None:
            beside.setdefault(order.symbol, []).append(order)
    return {
        "books": [_book_out(engine.books[symbol], beside.get(symbol, ()), entries) for symbol in sorted(engine.books)],
        "closed": [[_row(order, 0) for order in kept.values()] for kept in (engine.closed_before, engine.closed)],
        # an id may be used again: the mark is of the order that had it then
        "ended": [order_id for order_id, order in engine.ended.items() if engine.remembered(order_id) is order],
    }


def restore(engine: Engine, state: dict[str, Any]) -> None:
    """Make `engine` what was dumped. Everything it knew before is forgotten."""
    found: list[tuple[int, Order]] = []
    engine.books = {row["symbol"]: _book_in(row, found) for row in state["books"]}
    engine.orders = {order.id: order for _, order in sorted(found, key=lambda entry: entry[0])}
    older, newer = state["closed"]
    engine.closed_before = {row[1]: _order(row) for row in older}
    engine.closed = {row[1]: _order(row) for row in newer}
    engine.ended = {order_id: order for order_id in state["ended"] if (order := engine.remembered(order_id)) is not None}
    engine.touched.clear()


def digest(engine: Engine) -> str:
    """SHA-256 over the dumped state, in hexadecimal."""
    return hashlib.sha256(json.dumps(dump(engine), separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _book_out(book: Book, beside: Iterable[Order], entries: dict[str, int]) -> dict[str, Any]:
    return {
        "symbol": book.symbol,
        "rules": [book.tick, book.lot, book.band],
        **{name: getattr(book, name) for name in _BOOK},
        "stops": book.stops.entries,
        "bids": _queue(book.bids, entries),
        "asks": _queue(book.asks, entries),
        "beside": [_row(order, entries[order.id]) for order in beside],
        "closing": list(book.closing),
        "called": list(book.called),
        "elected": [order.id for order in book.stops.elected()],
    }


def _queue(ladder: Ladder, entries: dict[str, int]) -> list[list[Any]]:
    return [_row(order, entries[order.id]) for level in ladder.in_order() for order in level.queue()]


def _row(order: Order, entry: int) -> list[Any]:
    return [
        *(entry, order.id, order.account, order.symbol, order.side, order.type, order.tif, order.quantity, order.price, order.leaves),
        *(order.client_order_id, order.trade_date, _extra(order) if order.conditional else None),
    ]


def _extra(order: Order) -> list[Any]:
    assert isinstance(order, ConditionalOrder)
    asks = None if order.conditions is None else list(astuple(order.conditions))
    return [asks, order.hidden, order.triggered, order.entry, order.best]


def _order(row: list[Any]) -> Order:
    extra = row[12]
    if extra is None:
        return Order(*row[1:12])
    asks, hidden, triggered, entry, best = extra
    order = ConditionalOrder(*row[1:12], conditions=None if asks is None else Conditions(*asks))
    order.hidden, order.triggered, order.entry, order.best = hidden, triggered, entry, best
    return order


def _book_in(row: dict[str, Any], found: list[tuple[int, Order]]) -> Book:
    book = Book(row["symbol"], Rules(*row["rules"]))
    for name in _BOOK:
        setattr(book, name, row[name])
    known: dict[str, Order] = {}
    for ladder, rows in ((book.bids, row["bids"]), (book.asks, row["asks"]), (None, row["beside"])):
        for order_row in rows:
            order = known[order_row[1]] = _order(order_row)
            found.append((order_row[0], order))
            if ladder is not None:
                ladder.place(order, order_row[8])
    book.closing = {order_id: known[order_id] for order_id in row["closing"]}  # type: ignore[misc] # these are conditional
    book.called = {order_id: known[order_id] for order_id in row["called"]}  # type: ignore[misc]
    _stops_in(book, row, known)
    book.settle()
    return book


def _stops_in(book: Book, row: dict[str, Any], known: dict[str, Order]) -> None:
    elected = row["elected"]
    waiting = [order for order in known.values() if isinstance(order, ConditionalOrder) and order.waits]
    for order in waiting:
        if order.id not in elected:
            book.stops.park(order)
    for order_id in elected:
        book.stops.elect_again(known[order_id])  # type: ignore[arg-type] # a stop
    book.stops.count, book.stops.entries = len(waiting), row["stops"]
