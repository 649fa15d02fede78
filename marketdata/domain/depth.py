"""A symbol's book as its published changes build it up, in price levels."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.enums import BookType, Phase
from schemas.messages import BookLevel, BookUpdate
from schemas.units import format_units


class Level(NamedTuple):
    """One price, as REST and the stream write it."""

    price: str
    quantity: str
    orders: int


Side = Mapping[int, tuple[int, int]]
"""Price to (quantity, orders), in 1e-8."""


class Market(NamedTuple):
    """What the market does with orders, and in a call phase what an uncross would give now (1e-8)."""

    phase: str = Phase.CONTINUOUS.value
    auction: str | None = None
    trade_date: str | None = None
    indicative_price: int | None = None
    indicative_quantity: int | None = None
    imbalance: int | None = None


class Depth:
    """The levels of one book. `known` is False until it was seen from its beginning or from a whole book on; `seq` is the topic's.

    `phase_since` and `phase_reason` are of the last change of phase seen, None while none was.
    """

    __slots__ = ("asks", "bids", "known", "last", "market", "phase_reason", "phase_since", "replay_from", "seq", "time")

    def __init__(self) -> None:
        self.bids: dict[int, tuple[int, int]] = {}
        self.asks: dict[int, tuple[int, int]] = {}
        self.seq = 0
        self.last: int | None = None
        self.time = 0
        self.known = False
        self.replay_from = 0
        self.market = Market()
        self.phase_since: int | None = None
        self.phase_reason: str | None = None

    def apply(self, update: BookUpdate, offset: int) -> bool:
        """Take one record of the topic; False when it was left out: a repeat, or a change of a book not known (until it comes whole)."""
        if update.type == BookType.SNAPSHOT.value:
            return self._replace(update, offset)
        if not self.known and update.seq == 1:
            self.known, self.replay_from, self.market = True, offset, Market()
        if self.known and update.seq <= self.seq:
            return False
        if not self.known or update.seq != self.seq + 1:
            self.known = False
            return False
        _merge(self.bids, update.bids)
        _merge(self.asks, update.asks)
        self._note(update)
        return True

    def _replace(self, update: BookUpdate, offset: int) -> bool:
        if self.known and update.seq < self.seq:
            return False
        if not self.known:
            # a book that comes whole does not say when its phase began
            self.market, self.phase_since, self.phase_reason = Market(update.phase, update.auction), None, None
        self.bids, self.asks = {}, {}
        _merge(self.bids, update.bids)
        _merge(self.asks, update.asks)
        self.known, self.replay_from = True, offset
        self._note(update)
        return True

    def _note(self, update: BookUpdate) -> None:
        self.seq, self.last, self.time = update.seq, update.last, update.time
        if (update.phase, update.auction) != self.market[:2] or update.phase_reason is not None:
            self.phase_since, self.phase_reason = update.time, update.phase_reason
        self.market = Market(
            update.phase, update.auction, update.trade_date, update.indicative_price, update.indicative_quantity, update.imbalance
        )

    def continue_from(self, bids: Iterable[tuple[int, int, int]], asks: Iterable[tuple[int, int, int]], seq: int, replay_from: int) -> None:
        """Take (price, quantity, orders) levels as the book at `seq`: where the log no longer reaches back to a whole book."""
        self.bids = {price: (quantity, orders) for price, quantity, orders in bids}
        self.asks = {price: (quantity, orders) for price, quantity, orders in asks}
        self.seq, self.replay_from, self.known = seq, replay_from, True

    def best(self, levels: int) -> tuple[list[Level], list[Level]]:
        """(bids, asks), best first, at most `levels` each."""
        return _listed(self.bids, levels, reverse=True), _listed(self.asks, levels, reverse=False)


def changes(before: Iterable[Level], after: Iterable[Level]) -> list[Level]:
    """What turns one list of levels into another: new and changed levels, and those that are gone with quantity 0."""
    old = {level[0]: level for level in before}
    new = {level[0]: level for level in after}
    changed = [level for price, level in new.items() if old.get(price) != level]
    return changed + [Level(price, "0", 0) for price in old if price not in new]


def _merge(side: dict[int, tuple[int, int]], levels: Iterable[BookLevel]) -> None:
    for level in levels:
        if level.quantity:
            side[level.price] = (level.quantity, level.orders)
        else:
            side.pop(level.price, None)


def _listed(side: Side, levels: int, *, reverse: bool) -> list[Level]:
    prices = sorted(side, reverse=reverse)[:levels]
    return [Level(format_units(price), format_units(side[price][0]), side[price][1]) for price in prices]
