"""The call auction: one price for all, chosen by the contract's rule, and who trades with whom at it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from matching.domain.book import BUY, SELL, Book
from matching.domain.events import Event, Uncrossed
from matching.domain.ladder import Ladder
from matching.domain.orders import Order

if TYPE_CHECKING:
    from matching.domain.engine import Engine


class Clearing(NamedTuple):
    """What an uncross would give: the price, the quantity traded, and what would be left at it (above zero: buyers)."""

    price: int
    quantity: int
    imbalance: int


def clearing(book: Book) -> Clearing | None:
    """The price at which most would trade; then the least imbalance, then nearest the last price, then the higher. None: nothing trades.

    Candidates are the limit prices in the book and the last price. Hidden quantity counts; market orders trade at any price.
    """
    bid, ask = book.bids.best(), book.asks.best()
    free_buys, free_sells = (sum(order.leaves for order in book.unpriced(side)) for side in (BUY, SELL))
    if not free_buys and not free_sells and (bid is None or ask is None or bid.price < ask.price):
        return None
    # without market orders nothing trades outside the prices both sides reach: only those have to be looked at
    only = free_buys == free_sells == 0
    bids = _between(book.bids, ask.price if only and ask else None, None)
    asks = _between(book.asks, None, bid.price if only and bid else None)
    prices = {*bids, *asks} | ({book.last} if book.last is not None else set())
    best: tuple[int, int, int, int] | None = None
    found: Clearing | None = None
    for price, buyers, sellers in _reach(sorted(prices), bids, asks, free_buys, free_sells):
        volume, imbalance = min(buyers, sellers), buyers - sellers
        rank = (volume, -abs(imbalance), 0 if book.last is None else -abs(price - book.last), price)
        if volume and (best is None or rank > best):
            best, found = rank, Clearing(price, volume, imbalance)
    return found


def _between(ladder: Ladder, low: int | None, high: int | None) -> dict[int, int]:
    """Quantity by price of the occupied levels from `low` to `high`."""
    return {
        level.price: ladder.total(level)
        for level in ladder.levels.values()
        if level.head is not None and (low is None or level.price >= low) and (high is None or level.price <= high)
    }


def _reach(
    prices: list[int], bids: dict[int, int], asks: dict[int, int], free_buys: int, free_sells: int
) -> Iterable[tuple[int, int, int]]:
    """For each price, rising: what would buy and what would sell at it."""
    buyers, sellers = free_buys + sum(bids.values()), free_sells
    for price in prices:
        sellers += asks.get(price, 0)
        yield price, buyers, sellers
        buyers -= bids.get(price, 0)


def uncross(engine: Engine, book: Book, events: list[Event]) -> None:
    """Trade all that meets at the clearing price: best buy with best sell, first in line first, one slice at a time."""
    found = clearing(book)
    if found is None:
        return
    price = found.price
    while (buy := _first(book, BUY, price)) is not None and (sell := _first(book, SELL, price)) is not None:
        quantity = min(buy.leaves - buy.hidden, sell.leaves - sell.hidden)
        for order, ladder in ((buy, book.bids), (sell, book.asks)):
            if order.level is not None:
                engine.touched.append(order.level)
                ladder.fill(order, quantity)
            else:
                order.leaves -= quantity
        book.trades += 1
        events.append(Uncrossed(buy, sell, quantity, price, buy.leaves, sell.leaves, book.trades))
        for order in (buy, sell):
            if not order.leaves:
                engine.forget(order)
    book.last = book.reference = price
    if book.stops.count:
        book.stops.traded(price, price)


def _first(book: Book, side: str, price: int) -> Order | None:
    """Who of a side is first in line at `price`: market orders, then the best limit that reaches it."""
    ladder = book.sides(side)[0]
    level = ladder.best()
    reached = level.head if level is not None and level.key <= price * ladder.sign else None
    return next(chain(book.unpriced(side), () if reached is None else (reached,)), None)
