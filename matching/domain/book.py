"""The book of one symbol: two ladders, the rules of its instrument, and its counters."""

from typing import NamedTuple

from matching.domain.ladder import Ladder
from schemas.enums import Side

BUY = Side.BUY.value
SELL = Side.SELL.value


class Rules(NamedTuple):
    """What the engine must know of an instrument, in 1e-8: the price step (`tick`) and the quantity step (`lot`), both positive."""

    tick: int
    lot: int


class Book:
    """Bids and asks of one symbol.

    `trades` and `updates` count its matches and its published changes from 1 without a gap; `last` is its last price.
    """

    __slots__ = ("asks", "bids", "last", "lot", "symbol", "tick", "trades", "updates")

    def __init__(self, symbol: str, rules: Rules) -> None:
        self.symbol = symbol
        self.tick, self.lot = rules
        self.bids = Ladder(self, BUY, -1)
        self.asks = Ladder(self, SELL, 1)
        self.last: int | None = None
        self.trades = 0
        self.updates = 0
