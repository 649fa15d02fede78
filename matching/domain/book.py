"""The book of one symbol: two ladders, the rules of its instrument, its phase, the orders that wait beside it, and its counters."""

from collections.abc import Iterator
from typing import NamedTuple

from matching.domain.ladder import Ladder
from matching.domain.orders import ConditionalOrder, Order
from matching.domain.stops import Stops
from schemas.enums import Phase, Side

BUY = Side.BUY.value
SELL = Side.SELL.value
CONTINUOUS = Phase.CONTINUOUS.value
CALL_PHASES = frozenset({Phase.PRE_OPEN.value, Phase.AUCTION.value})
SHUT_PHASES = frozenset({Phase.HALTED.value, Phase.CLOSED.value})


class UnknownCommand(ValueError):
    """A command that is not for the engine: it should not have been sent here."""


class Rules(NamedTuple):
    """What the engine must know of an instrument, in 1e-8: the price step (`tick`) and the quantity step (`lot`), both positive.

    `band` is the fraction by which a trade may be away from the reference price before trading pauses, 0 for no such limit.
    """

    tick: int
    lot: int
    band: int = 0


class Book:
    """Bids and asks of one symbol, and what waits beside them.

    `trades` and `updates` count its matches and its published changes from 1 without a gap; `last` is its last price. `closing` holds
    at-close orders until their auction, `called` the orders of the auction being called that expire with it. `reference` is the price the
    band lies around (of the last uncross, else of a trade), `given` the one the instrument's command gave. `simple` says that the
    book trades continuously, without stops or a band: the plain path is right for it.
    """

    __slots__ = (
        "asks",
        "auction",
        "band",
        "bids",
        "called",
        "closing",
        "done",
        "given",
        "last",
        "lot",
        "phase",
        "reference",
        "simple",
        "stops",
        "suspended",
        "symbol",
        "tick",
        "trade_date",
        "trades",
        "updates",
    )

    def __init__(self, symbol: str, rules: Rules) -> None:
        self.symbol = symbol
        self.tick, self.lot, self.band = rules
        self.bids = Ladder(self, BUY, -1)
        self.asks = Ladder(self, SELL, 1)
        self.last: int | None = None
        self.trades = 0
        self.updates = 0
        self.phase: str = CONTINUOUS
        self.auction: str | None = None
        self.trade_date: str | None = None
        self.done = False
        self.suspended = False
        self.reference: int | None = None
        self.given: int | None = None
        self.stops = Stops()
        self.closing: dict[str, ConditionalOrder] = {}
        self.called: dict[str, ConditionalOrder] = {}
        self.simple = True
        self.settle()

    def settle(self) -> None:
        """Say anew whether the book is simple: after its phase, its stops or its band have changed."""
        self.simple = self.phase == CONTINUOUS and not self.band and not self.stops.count

    def sides(self, side: str) -> tuple[Ladder, Ladder]:
        """The ladder of a side, and the one it trades with."""
        return (self.bids, self.asks) if side == BUY else (self.asks, self.bids)

    def unpriced(self, side: str) -> Iterator[Order]:
        """Market orders of the auction being called: first in line at any price, in entry order."""
        return (order for order in self.called.values() if order.price is None and order.side == side)
