"""The engine's whole state as plain values and back, and its hash: what snapshots hold and what proves that two engines are alike.

Layout (format 1): `{"books": [[symbol, tick, lot, last, trades, updates, bids, asks], …], "closed": [older, newer]}`.
Books by symbol; `bids` and `asks` are rows of orders, best price first, oldest first; closed orders in the order they closed.
A row is `[entry, id, account, symbol, side, type, tif, quantity, price, leaves, client_order_id]`, `entry` the order's rank among all
open ones by entry.
"""

import hashlib
import json
from typing import Any

from matching.domain.book import Book, Rules
from matching.domain.engine import Engine
from matching.domain.ladder import Ladder
from matching.domain.orders import Order

FORMAT = 1


def dump(engine: Engine) -> dict[str, Any]:
    """The state in values JSON can hold, the same for engines that are alike."""
    entries = {order_id: entry for entry, order_id in enumerate(engine.orders)}
    return {
        "books": [_book_row(engine.books[symbol], entries) for symbol in sorted(engine.books)],
        "closed": [[_row(order, 0) for order in kept.values()] for kept in (engine.closed_before, engine.closed)],
    }


def restore(engine: Engine, state: dict[str, Any]) -> None:
    """Make `engine` what was dumped. Everything it knew before is forgotten."""
    resting: list[tuple[int, Order]] = []
    engine.books = {row[0]: _book(row, resting) for row in state["books"]}
    engine.orders = {order.id: order for _, order in sorted(resting, key=lambda entry: entry[0])}
    older, newer = state["closed"]
    engine.closed_before = {row[1]: _order(row) for row in older}
    engine.closed = {row[1]: _order(row) for row in newer}
    engine.touched.clear()


def digest(engine: Engine) -> str:
    """SHA-256 over the dumped state, in hexadecimal."""
    return hashlib.sha256(json.dumps(dump(engine), separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _book_row(book: Book, entries: dict[str, int]) -> list[Any]:
    sides = (_queue(book.bids, entries), _queue(book.asks, entries))
    return [book.symbol, book.tick, book.lot, book.last, book.trades, book.updates, *sides]


def _queue(ladder: Ladder, entries: dict[str, int]) -> list[list[Any]]:
    rows = []
    for level in ladder.in_order():
        order = level.head
        while order is not None:
            rows.append(_row(order, entries[order.id]))
            order = order.behind
    return rows


def _row(order: Order, entry: int) -> list[Any]:
    terms = (order.quantity, order.price, order.leaves, order.client_order_id)
    return [entry, order.id, order.account, order.symbol, order.side, order.type, order.tif, *terms]


def _order(row: list[Any]) -> Order:
    return Order(*row[1:])


def _book(row: list[Any], resting: list[tuple[int, Order]]) -> Book:
    symbol, tick, lot, last, trades, updates, bids, asks = row
    book = Book(symbol, Rules(tick, lot))
    book.last, book.trades, book.updates = last, trades, updates
    for ladder, rows in ((book.bids, bids), (book.asks, asks)):
        for order_row in rows:
            order = _order(order_row)
            ladder.append(order, order_row[8])
            resting.append((order_row[0], order))
    return book
