"""A reader of the topic `book`, as plain as can be: levels by price, and a check that no number is missing."""

from matching.domain.book import Book
from schemas.messages import BookLevel, BookUpdate

Levels = dict[int, tuple[int, int]]


class Follower:
    """Follows one symbol from its first record or from any snapshot."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.bids: Levels = {}
        self.asks: Levels = {}
        self.last: int | None = None

    def read(self, update: BookUpdate) -> None:
        """Apply a record; AssertionError when a number is missing or comes twice."""
        if update.type == "snapshot":
            assert self.seq is None or update.seq in (self.seq, self.seq + 1), f"snapshot {update.seq} after {self.seq}"
            self.bids, self.asks = {}, {}
        else:
            assert self.seq is not None, "an update before any snapshot"
            assert update.seq == self.seq + 1, f"{update.seq} after {self.seq}"
        self.seq, self.last = update.seq, update.last
        for mine, levels in ((self.bids, update.bids), (self.asks, update.asks)):
            _change(mine, levels)

    def equals(self, book: Book) -> bool:
        """Whether this is the engine's book, level by level."""
        return (self.bids, self.asks, self.last, self.seq) == (
            {level.price: (level.quantity, level.count) for level in book.bids.in_order()},
            {level.price: (level.quantity, level.count) for level in book.asks.in_order()},
            book.last,
            book.updates,
        )


def _change(mine: Levels, levels: tuple[BookLevel, ...]) -> None:
    assert len({level.price for level in levels}) == len(levels), "a level twice in one record"
    for level in levels:
        if level.quantity:
            mine[level.price] = (level.quantity, level.orders)
        else:
            mine.pop(level.price, None)  # a level may come and go within one command
