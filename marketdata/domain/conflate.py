"""Many quotes become few: what a window of one symbol's good quotes touched, and where it closed."""

from dataclasses import dataclass
from typing import NamedTuple

from marketdata.domain.quality import is_good


class TwoSided(NamedTuple):
    """A bid and an ask of the same moment, in 1e-8."""

    bid: int
    ask: int


@dataclass(slots=True)
class Window:
    """The extremes and the end of one symbol's quotes since the last `clear`.

    `lowest_ask` and `highest_bid` are the whole good rows in which the extremes stood (the first such row); `close` is the newest row if it
    was good, None if it was bad. `received` is when the broker got the newest row (microseconds).
    """

    lowest_ask: TwoSided | None = None
    highest_bid: TwoSided | None = None
    close: TwoSided | None = None
    ask_first: bool = True
    rows: int = 0
    received: int = 0

    def add(self, bid: int, ask: int, received: int, *, believed: bool = True) -> None:
        """Take one row, in the order of the topic; one that is not `believed` counts as bad, whatever it says."""
        self.rows += 1
        self.received = received
        if not believed or not is_good(bid, ask):
            self.close = None
            return
        self.close = row = TwoSided(bid, ask)
        if self.lowest_ask is None or ask < self.lowest_ask.ask:
            self.lowest_ask = row
            self.ask_first = False
        if self.highest_bid is None or bid > self.highest_bid.bid:
            self.highest_bid = row
            self.ask_first = True

    def touched(self) -> list[TwoSided]:
        """The rows of the extremes in the order they happened; one of them when both stood in the same row."""
        if self.lowest_ask is None or self.highest_bid is None:
            return []
        if self.lowest_ask is self.highest_bid:
            return [self.lowest_ask]
        return [self.lowest_ask, self.highest_bid] if self.ask_first else [self.highest_bid, self.lowest_ask]

    def clear(self) -> None:
        """Begin a new window; the close is forgotten as well."""
        self.lowest_ask = self.highest_bid = self.close = None
        self.rows = 0
