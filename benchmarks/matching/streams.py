"""The tapes every book is driven with: deterministic, the same on every machine, limit orders and cancels at integer prices.

A passive order is priced 1 to 50 ticks behind the best of the other side and rests; a cancel takes a random open order; a crossing order is
priced 0 to 4 ticks through the best of the other side, and what it does not find stays in the book, as plain limit orders do everywhere.
A book written for this (`reference`) runs along, so that a passive order is passive, a crossing one crosses and a cancel is never late.
"""

import random
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.matching.reference import BUY, SELL, ReferenceBook

MIXES: dict[str, tuple[float, float]] = {"60/35/5": (0.60, 0.35), "43/7/50": (0.43, 0.07)}
"""Name (passive/cancel/crossing in percent) -> shares of passive orders and of cancels."""

MIDDLE = 18_000
DEPTH, THROUGH, LARGEST = 50, 4, 10


class Event(NamedTuple):
    """A limit order of its own number, or (no side) the cancel of the order of that number. Price in ticks, quantity in lots."""

    number: int
    side: str | None = None
    price: int = 0
    quantity: int = 0


class Tape(NamedTuple):
    """The events, and what came of them in the book that ran along: lots traded after each event, fills, orders left resting."""

    events: list[Event]
    volumes: Sequence[int]
    fills: int
    resting: int
    counts: dict[str, int]


def record(length: int, mix: str, seed: int = 1) -> Tape:
    """A tape of `length` events."""
    passive, cancel = MIXES[mix]
    chance, book = random.Random(seed), ReferenceBook()
    events: list[Event] = []
    open_orders: list[int] = []
    place: dict[int, int] = {}
    counts = dict.fromkeys(("passive", "cancel", "crossing"), 0)
    volumes, volume, fills = array("q"), 0, 0

    def forget(number: int) -> None:
        """Take a closed order out of those a cancel may choose, in constant time."""
        at, last = place.pop(number), open_orders.pop()
        if last != number:
            open_orders[at], place[last] = last, at

    for number in range(length):
        draw, side = chance.random(), chance.choice((BUY, SELL))
        toward = 1 if side == BUY else -1
        best = (book.asks if side == BUY else book.bids).best()
        if passive <= draw < passive + cancel and open_orders:
            counts["cancel"] += 1
            gone = open_orders[chance.randrange(len(open_orders))]
            events.append(Event(gone))
            book.cancel(gone)
            forget(gone)
            volumes.append(volume)
            continue
        crosses = draw >= passive + cancel and best is not None
        counts["crossing" if crosses else "passive"] += 1
        touch = MIDDLE if best is None else best.price
        price = touch + toward * (chance.randint(0, THROUGH) if crosses else -chance.randint(1, DEPTH))
        event = Event(number, side, price, chance.randint(1, LARGEST))
        events.append(event)
        for _, maker, _, filled in book.submit(*event):
            volume, fills = volume + filled, fills + 1
            if maker not in book.orders:
                forget(maker)
        volumes.append(volume)
        if number in book.orders:
            place[number] = len(open_orders)
            open_orders.append(number)
    assert min(event.price for event in events if event.side) > 0
    return Tape(events, volumes, fills, len(book.orders), counts)
